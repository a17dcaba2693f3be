/** What the operations of this folder work with. */
import type { GitHubAccess } from "../github-access.ts";
import { type OperationContext, OperationError } from "../resource.ts";

export type FileContext = Omit<OperationContext, "github"> & { github: GitHubAccess };

/** Runs an operation at GitHub. What GitHub refuses becomes an error in words. */
export async function inWords<T>(given: OperationContext, operate: (context: FileContext) => Promise<T>): Promise<T> {
  const github = await given.github();
  try {
    return await operate({ ...given, github });
  } catch (error) {
    const said = github.describe(error);
    throw said === undefined ? error : new OperationError(said);
  }
}
