/** From what was typed to what there is, or to an error that says what there is instead. */
import { findNearest } from "../../core/settings/objects.ts";
import { type GitHub, type Repository, slug } from "../github/index.ts";
import { isFilePath } from "../github/paths.ts";

type Known = Pick<GitHub, "state">;

/** The repository of that name, archived ones too. */
export function repositoryOf({ state }: Known, name: string): Repository {
  const [login = "", ...rest] = name.split("/");
  const found = state.find(login, rest.join("/"));
  if (found?.kind === "renamed") throw new Error(`${name} is ${slug(found.repository)} now.`);
  if (found) return found.repository;
  const known = state.repositories.map(slug);
  const [nearest] = findNearest(name, known);
  const advice = nearest === undefined ? `There are ${known.join(", ")}.` : `Did you mean ${nearest}?`;
  throw new Error(`There is no repository ${name}. ${advice}`);
}

/** The same, but not where nobody can change anything. */
export function changeableRepository(github: Known, name: string): Repository {
  const found = repositoryOf(github, name);
  if (found.archived) throw new Error(`${slug(found)} is archived: it takes no change before it is unarchived.`);
  return found;
}

/** The path as Git takes it. */
export function filePath(path: string): string {
  if (!isFilePath(path)) throw new Error(`"${path}" is no path of a file: it begins at the top, without / and dots.`);
  return path;
}
