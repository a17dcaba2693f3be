/** Shows people what changes in workflow files that are there: an update says it in the preview that comes before it. */
import * as pulumi from "@pulumi/pulumi";
import type { CentralWorkflow } from "../components/central-workflow.ts";
import { gitBlobOid } from "../core/delivery/blob.ts";
import { type ChangedText, describeTextDiffs, groupTextDiffs } from "../core/delivery/text-diffs.ts";
import { redactor } from "../core/messages/redact.ts";
import type { CentralWorkflows } from "./central-workflows.ts";
import type { AvailableRepository } from "./repository-checks.ts";
import { readEnvironmentCredentials } from "./secrets.ts";
import type { WorkflowFileState } from "./workflow-files.ts";

/** A workflow file that this stack writes. */
export interface ShownFile {
  /** `owner/name` */
  repository: string;
  file: WorkflowFileState;
}

/** In a preview, each distinct difference once. A new file shows none: all of it is new. */
export function showTextDiffs(files: readonly ShownFile[]): void {
  if (!pulumi.runtime.isDryRun()) return;
  const changes = listChangedTexts(files, readEnvironmentCredentials(process.env));
  for (const text of describeTextDiffs(groupTextDiffs(changes))) pulumi.log.info(text);
}

/** The files of repositories to which this stack delivers them. */
export function listShownFiles(available: readonly AvailableRepository[]): ShownFile[] {
  return available
    .filter(({ settings }) => settings.delivery.kind !== "output")
    .map(({ facts, file }) => ({ repository: facts.slug, file }));
}

/** Of central files that are there, as soon as their text is known. */
export function showCentralDiffs(central: CentralWorkflows, components: ReadonlyMap<string, CentralWorkflow>): void {
  for (const { name, file, live, order } of central) {
    const component = components.get(name);
    if (!component || !live || order?.centralWaitsFor.length) continue;
    component.workflowText.apply((text) => {
      const wanted = { text, blob: gitBlobOid(text) };
      showTextDiffs([{ repository: file.repository, file: { path: file.path, wanted, live } }]);
    });
  }
}

const emptyBlob = gitBlobOid("");

/** Without credentials, before they are compared: a diff breaks what stands in several lines, such as a key. */
export function listChangedTexts(files: readonly ShownFile[], credentials: readonly string[]): ChangedText[] {
  const redact = redactor(credentials);
  const known = new Map<string, string>();
  const redactOnce = (text: string) => {
    const clean = known.get(text) ?? redact(text);
    known.set(text, clean);
    return clean;
  };
  return files.flatMap(({ repository, file: { path, live, wanted } }) => {
    if (!live || live.blob === wanted.blob) return [];
    const isReadable = live.text !== "" || live.blob === emptyBlob;
    const shown = isReadable ? redactOnce(live.text) : undefined;
    return [{ repository, path, live: shown, wanted: redactOnce(wanted.text) }];
  });
}
