/** The workflow files of a run: as they are to be, and as they are. Texts are read only where the two differ. */
import { gitBlobOid } from "../core/delivery/blob.ts";
import { omitUndefined } from "../core/omit-undefined.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../core/settings/settings.ts";
import type { WorkflowOptions } from "../core/workflow/options.ts";
import { claudeWorkflow } from "../core/workflow/presets.ts";
import { readHeaderOwner, render } from "../core/workflow/render.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { LiveFiles } from "../services/github/live-files.ts";
import type { RepositoryFindings } from "../services/github/repositories.ts";

/** A file as it is to be, and what is there now. */
export interface WorkflowFileState {
  path: string;
  wanted: { text: string; blob: string };
  /** Absent where there is no file. */
  live?: { blob: string; text: string };
}

export type WorkflowFiles = Map<RepositorySlug, WorkflowFileState>;

/** The files of all repositories that can be seen. */
export async function readWorkflowFiles(
  settings: Settings,
  findings: RepositoryFindings,
  github: GitHubConnection,
): Promise<WorkflowFiles> {
  const files = new LiveFiles(async () => github);
  const renderOnce = makeRenderer();
  const read = settings.repositories.map(
    async (repository): Promise<[RepositorySlug, WorkflowFileState] | undefined> => {
      const facts = findings.get(repository.slug);
      if (!facts) return undefined;
      const { path } = repository.workflow;
      const wanted = renderOnce(optionsOf(settings, repository));
      const address = { repositoryId: facts.nodeId, path };
      const live =
        facts.workflowBlob === undefined || facts.workflowBlob === wanted.blob
          ? facts.workflowBlob && wanted
          : await files.readText(address);
      return [repository.slug, { path, wanted, ...(live ? { live } : {}) }];
    },
  );
  return new Map((await Promise.all(read)).filter((one) => one !== undefined));
}

/** The name of the stack that wrote a live file; undefined for any other file, and where there is none. */
export function findHeaderOwner(file: WorkflowFileState | undefined): string | undefined {
  return file?.live && readHeaderOwner(file.live.text);
}

function optionsOf({ aperture, policy }: Settings, { workflow, identity, tag }: RepositorySettings): WorkflowOptions {
  const { adopt: _, ...content } = workflow;
  return { ...content, identity: identity.kind, hostname: aperture.hostname, tag, owner: policy.owner };
}

/** Hundreds of repositories have one text. */
function makeRenderer(): (options: WorkflowOptions) => WorkflowFileState["wanted"] {
  const known = new Map<string, WorkflowFileState["wanted"]>();
  return (options) => {
    const key = JSON.stringify(omitUndefined(options));
    const found = known.get(key);
    if (found) return found;
    const text = render(claudeWorkflow(options));
    const wanted = { text, blob: gitBlobOid(text) };
    known.set(key, wanted);
    return wanted;
  };
}
