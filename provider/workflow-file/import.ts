/** `pulumi import`: a file that this program wrote, or somebody else. */
import { formatMessage } from "../../core/messages/entry.ts";
import { repositoryNotFound } from "../../core/messages/workflow-file.ts";
import { isWorkflowPath } from "../../core/workflow/names.ts";
import { readHeaderOwner } from "../../core/workflow/render.ts";
import { OperationError } from "../resource.ts";
import { encode, type PropertyMap } from "../structs.ts";
import type { FileContext } from "./context.ts";

/**
 * The resource of `OWNER/NAME:PATH`. What made its text is not in it: the next update, which changes nothing there, adds it. Only of
 * a workflow: where the program has another path, that update takes the imported file away.
 */
export async function importFile(context: FileContext, id: string) {
  const [, repository = "", path = ""] = /^([^/:]+\/[^/:]+):(.+)$/.exec(id) ?? [];
  const refuse = () => new OperationError(formatMessage(repositoryNotFound, { id: JSON.stringify(id) }));
  const repositoryId = !isWorkflowPath(path) ? undefined : await context.github.findRepositoryId(repository);
  if (repositoryId === undefined) throw refuse();
  const live = await context.github.files.find({ repositoryId, path });
  if (!live?.blob || !live.defaultBranch) throw refuse();
  const found = await context.github.files.readText({ repositoryId, path });
  const inputs: PropertyMap = {
    repository: live.slug,
    repositoryId,
    path,
    owner: readHeaderOwner(found?.text ?? "") ?? "",
    role: "standalone",
    delivery: { kind: "commit" },
    blob: live.blob,
  };
  return {
    id: repositoryId,
    inputs: encode(inputs),
    outputs: encode({ written: live.blob, branch: live.defaultBranch.name }),
  };
}
