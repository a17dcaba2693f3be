/** What keeps the files of a stack out of a repository: decided from what GitHub says of it, before anything is written. */
import { formatMessage, type Message } from "../messages/entry.ts";
import * as texts from "../messages/repositories.ts";
import { type DefaultBranch, findCommitObstacle, type MayBypass } from "./branch-rules.ts";

/** A repository as GitHub has it. */
export interface SeenRepository {
  /** `owner/name`, as GitHub spells it. */
  slug: string;
  /** The page for people. */
  url?: string;
  archived: boolean;
  disabled: boolean;
  /** What the credential may do, such as `READ`; absent where GitHub does not say. */
  permission?: string;
  /** Absent in an empty repository. */
  defaultBranch?: DefaultBranch;
}

/** Why nothing can be written to it; undefined when something can. `repository` is undefined where GitHub shows none. */
export function findUnavailability(
  repository: Pick<SeenRepository, "archived" | "disabled"> | undefined,
): Message | undefined {
  if (!repository) return texts.missing;
  if (repository.archived) return texts.archived;
  if (repository.disabled) return texts.disabled;
  return undefined;
}

/** `asked` is the name in the settings. */
export function explainRename(asked: string, { slug }: Pick<SeenRepository, "slug">): string | undefined {
  if (slug.toLowerCase() === asked.toLowerCase()) return undefined;
  const [owner, name] = slug.split("/");
  const [askedOwner, askedName] = asked.split("/");
  return owner?.toLowerCase() === askedOwner?.toLowerCase()
    ? formatMessage(texts.renamed, { name: slug, new: name ?? "", old: askedName ?? "" })
    : formatMessage(texts.transferred, { name: slug, owner: owner ?? "" });
}

export function explainReadOnly({ permission }: Pick<SeenRepository, "permission">): string | undefined {
  if (permission !== "READ" && permission !== "TRIAGE") return undefined;
  return formatMessage(texts.readOnly, { permission: permission.toLowerCase() });
}

export function explainEmpty({ defaultBranch }: Pick<SeenRepository, "defaultBranch">): string | undefined {
  return defaultBranch ? undefined : formatMessage(texts.empty, {});
}

/** Of a file that is to come as a commit. */
export function explainBlockedBranch(
  { defaultBranch: branch, permission }: Pick<SeenRepository, "defaultBranch" | "permission">,
  mayBypass: MayBypass,
): string | undefined {
  const rules = branch && findCommitObstacle(branch, permission, mayBypass);
  return rules && formatMessage(texts.branchProtected, { branch: branch.name, rules });
}
