/**
 * What shows that a stack of some name has been here before: decided from the policy file, from the headers of workflow files
 * and from the tailnet's credentials. A stack whose state has a claim needs none of this.
 */
import { findMarks, type MarkedPlace } from "../policy/edit.ts";
import { isCredentialOfClaim, recogniseCredentials } from "./credential-name.ts";

/** A credential of the tailnet. */
export interface ListedCredential {
  id: string;
  description?: string | undefined;
}

export interface Evidence {
  /** Where the policy file has marks of the name. */
  marks: MarkedPlace[];
  /** Repositories whose workflow file has the name in its header. */
  workflows: string[];
  /** Credentials that some stack of this program made for one of the repositories. */
  credentials: { id: string; description: string }[];
}

/** Where to look. */
export interface Scene {
  /** The stack's name. */
  owner: string;
  /** HuJSON. */
  policy: string;
  /** Repositories whose workflow file has the name in its header. */
  workflows: string[];
  /** The repositories of the stack, as `owner/name`. */
  repositories: string[];
  credentials: ListedCredential[];
}

/**
 * A credential counts whatever stack made it: the name is not in its description, and two stacks of any names that set up one
 * repository overwrite each other's secrets.
 *
 * @throws PolicyError
 */
export function findEvidence({ owner, policy, workflows, repositories, credentials }: Scene): Evidence {
  const isOfRepository = recogniseCredentials(repositories);
  return {
    marks: findMarks(policy, owner),
    workflows,
    credentials: credentials.flatMap(({ id, description = "" }) =>
      isOfRepository(description) ? [{ id, description }] : [],
    ),
  };
}

export function isEmpty({ marks, workflows, credentials }: Evidence): boolean {
  return marks.length + workflows.length + credentials.length === 0;
}

/** The evidence for people, a line for each kind. */
export function describeEvidence({ marks, workflows, credentials }: Evidence): string {
  const entries = marks.filter(({ section }) => section !== undefined);
  return [
    listed(
      "in the policy file",
      // Sections have marks, too; the entries say more.
      (entries.length > 0 ? entries : marks).map(({ line, section, key }) =>
        section ? `${section} "${key}" (line ${line})` : `a mark (line ${line})`,
      ),
    ),
    listed("workflow files", workflows),
    listed(
      "credentials",
      credentials.map(({ id, description }) => `${description} (${id})`),
    ),
  ]
    .filter((line) => line !== undefined)
    .join("\n");
}

/** So many of a kind are named. */
const named = 5;

function listed(kind: string, items: string[]): string | undefined {
  if (items.length === 0) return undefined;
  const rest = items.length > named ? ` and ${items.length - named} more` : "";
  return `  ${kind}: ${items.slice(0, named).join(", ")}${rest}`;
}

/** What an interrupted run of the stack with this claim left among the credentials, once all that its state knows are gone. */
export function findLeftovers(credentials: ListedCredential[], claim: string): ListedCredential[] {
  return credentials.filter(({ description = "" }) => isCredentialOfClaim(description, claim));
}
