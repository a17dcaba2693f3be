/** What people may do in a repository, and what they are to it. */
import { somebodyElse } from "./actor.ts";
import type { Repository } from "./model.ts";
import type { Permission } from "./options.ts";
import type { GitHubState } from "./state.ts";

/** Somebody's role: as a collaborator, by the options of a token, as owner, or as everybody has it. */
export function roleOf(state: GitHubState, repository: Repository, login: string): Permission {
  const name = login.toLowerCase();
  const given = repository.collaborators.get(name);
  if (given !== undefined) return given;
  const viewer = [...state.viewers.values()].find((one) => !one.job && one.login.toLowerCase() === name);
  if (viewer) return viewer.role(repository);
  if (name === somebodyElse.login) return "write";
  if (name === repository.owner.login.toLowerCase()) return "admin";
  return repository.visibility === "public" || repository.owner.members.has(name) ? "read" : "none";
}

export type Association = "OWNER" | "MEMBER" | "COLLABORATOR" | "CONTRIBUTOR" | "NONE";

/** `author_association`. Whoever was merged here has contributed. */
export function associationOf({ owner, collaborators, pulls }: Repository, login: string): Association {
  const name = login.toLowerCase();
  if (name === owner.login.toLowerCase()) return "OWNER";
  if (owner.members.has(name)) return "MEMBER";
  if ((collaborators.get(name) ?? "none") !== "none") return "COLLABORATOR";
  return pulls.some(({ merged, author }) => merged && author.login.toLowerCase() === name) ? "CONTRIBUTOR" : "NONE";
}
