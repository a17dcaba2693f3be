/** Texts of workflow files, each rendered once. */
import { renderWorkflowFile, type WorkflowFileOptions } from "../workflow/file.ts";
import { gitBlobOid } from "./blob.ts";

export interface RenderedFile {
  text: string;
  /** Git's id of the text. */
  blob: string;
}

const rendered = new Map<string, RenderedFile>();

/** Hundreds of repositories have one text. @throws WorkflowError */
export function renderOnce(options: WorkflowFileOptions): RenderedFile {
  const key = JSON.stringify(options);
  const known = rendered.get(key);
  if (known) return known;
  const text = renderWorkflowFile(options);
  const made = { text, blob: gitBlobOid(text) };
  rendered.set(key, made);
  return made;
}
