/** Files that are delivered outside of their own resource's turn. */
import * as pulumi from "@pulumi/pulumi";
import { deliverFilesToken } from "../core/resource-types.ts";
import { toFileInputs, type WorkflowFileArgs } from "./workflow-file.ts";

/** Commits files that stand in the state already, as their own resources would; these then find nothing left to do. */
export async function deliverFiles(files: WorkflowFileArgs[]): Promise<void> {
  if (files.length > 0) await pulumi.runtime.invoke(deliverFilesToken, { files: files.map(toFileInputs) });
}
