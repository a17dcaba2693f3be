/**
 * Which actions and called workflows a repository's settings let in. What they refuse keeps the run from starting.
 * https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository
 */
import type { ActionsPermissions } from "../../github/model.ts";
import { isMeant } from "./patterns.ts";

const ofGitHub = new Set(["actions", "github"]);
/** Owners of actions here whom the Marketplace has verified. */
const verified = new Set(["anthropics", "tailscale"]);

/** Why the settings of a repository of that owner refuse one of the `uses`; undefined when they refuse none. */
export function findRefusedActions(
  settings: ActionsPermissions,
  repository: string,
  allUses: Iterable<string>,
): string | undefined {
  const remote = [...new Set(allUses)].filter((uses) => !/^(\.\/|docker:)/.test(uses));
  const unpinned = settings.shaPinningRequired ? remote.filter((uses) => !/@[0-9a-f]{40}$/.test(uses)) : [];
  if (unpinned.length > 0) {
    return `${list(unpinned)} not allowed in ${repository} because all actions must be pinned to a full-length commit SHA.`;
  }
  const [owner = ""] = repository.split("/");
  const refused = remote.filter((uses) => !isAllowed(settings, owner, uses));
  return refused.length === 0
    ? undefined
    : `${list(refused)} not allowed in ${repository} because all actions must be ${condition(settings, owner)}.`;
}

function isAllowed({ allowedActions, selected }: ActionsPermissions, owner: string, uses: string): boolean {
  const [by = ""] = uses.toLowerCase().split("/");
  if (allowedActions === "all" || by === owner.toLowerCase()) return true;
  if (allowedActions === "local_only") return false;
  if (selected.githubOwnedAllowed && ofGitHub.has(by)) return true;
  if (selected.verifiedAllowed && verified.has(by)) return true;
  // In these patterns `*` also means slashes.
  return selected.patternsAllowed.some((pattern) => isMeant([pattern.replaceAll("*", "**")], uses));
}

function condition({ allowedActions, selected }: ActionsPermissions, owner: string): string {
  const own = `from a repository owned by ${owner}`;
  if (allowedActions !== "selected") return own;
  const ways = [
    own,
    ...(selected.githubOwnedAllowed ? ["created by GitHub"] : []),
    ...(selected.verifiedAllowed ? ["verified in the GitHub Marketplace"] : []),
    ...(selected.patternsAllowed.length > 0
      ? [`match one of the patterns: ${selected.patternsAllowed.join(", ")}`]
      : []),
  ];
  return join(ways, "or");
}

const list = (uses: string[]): string =>
  uses.length === 1 ? `The action ${uses[0]} is` : `The actions ${join(uses, "and")} are`;

function join(parts: string[], word: string): string {
  if (parts.length < 3) return parts.join(` ${word} `);
  return `${parts.slice(0, -1).join(", ")}, ${word} ${parts.at(-1)}`;
}
