/** Credentials that are not the stack's and let somebody have what its runners have. */
import { recogniseCredentials } from "../claim/credential-name.ts";
import { listCentralRepositories } from "../delivery/central-files.ts";
import type { Tag } from "../policy/fragment.ts";
import { isUnread, type RepositoryFacts, type StackFacts, type TailnetCredential } from "./facts.ts";
import { matchesPattern, matchesSome } from "./patterns.ts";
import { listSubjectPrefixes } from "./subject.ts";

export interface OtherCredential {
  credential: TailnetCredential;
  /** As a predicate: `gives tag:ci`. */
  why: string;
}

/** With these scopes a credential makes devices of its tags. */
const joining: readonly string[] = ["auth_keys", "devices:core", "all"];

export function findOtherCredentials({ stack, settings, github }: RepositoryFacts): OtherCredential[] {
  const { credentials } = stack;
  if (isUnread(credentials)) return [];
  const isOwn = recogniseOwn(stack);
  const repository = isUnread(github) ? undefined : github;
  return credentials.listed.flatMap((credential): OtherCredential[] => {
    if (isOwn(credential) || !isJoining(credential)) return [];
    const { subject, tags } = credential;
    const trusts = repository !== undefined && trustsRepository(credential, repository);
    if (trusts) return [{ credential, why: `lets ${settings.slug} join as ${tags.join(" and ")}: ${subject}` }];
    return gives(credential, settings.tag) ? [{ credential, why: `gives ${settings.tag}, too` }] : [];
  });
}

/** By the state; without it by the descriptions that this program gives, which another stack of it gives as well. */
function recogniseOwn({ setup, settings }: StackFacts): (credential: TailnetCredential) => boolean {
  if (!isUnread(setup)) return ({ id }) => setup.clientIds.has(id);
  const isOfProgram = recogniseCredentials([
    ...settings.repositories.flatMap(({ slug, formerly }) => [slug, ...formerly]),
    ...listCentralRepositories(settings),
  ]);
  return ({ description }) => isOfProgram(description);
}

function isJoining({ kind, scopes }: TailnetCredential): boolean {
  return kind === "auth" || scopes.some((scope) => joining.includes(scope));
}

const gives = ({ tags }: TailnetCredential, tag: Tag): boolean => tags.includes(tag);

/** Whether some token of the repository's workflows fits. A rule that the text cannot decide counts as one that fits. */
function trustsRepository(
  { kind, subject, rules = {} }: TailnetCredential,
  repository: Parameters<typeof listSubjectPrefixes>[0],
): boolean {
  if (kind !== "federated" || subject === undefined) return false;
  const { id, ownerId, slug } = repository;
  if (!listSubjectPrefixes(repository).some((prefix) => matchesSome(subject, prefix))) return false;
  const known: Record<string, string> = {
    repository: slug,
    repository_id: String(id),
    repository_owner: slug.split("/")[0] ?? "",
    repository_owner_id: String(ownerId),
  };
  return Object.entries(rules).every(([claim, pattern]) => {
    // A job in a central file of another repository is that file's, whoever calls it.
    if (claim === "job_workflow_ref" || claim === "workflow_ref") return matchesSome(pattern, `${slug}/`);
    const value = known[claim];
    return value === undefined || matchesPattern(pattern, value);
  });
}
