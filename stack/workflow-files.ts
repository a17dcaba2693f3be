/** The workflow files of a run: as they are to be, and as they are. Texts are read only where the two differ. */
import { contentOfRepository } from "../core/delivery/content.ts";
import { type RenderedFile, renderOnce } from "../core/delivery/rendered.ts";
import { scopeOf } from "../core/settings/delivery-rules.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../core/settings/settings.ts";
import { readHeaderOwner } from "../core/workflow/render.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { LiveFiles } from "../services/github/live-files.ts";
import { RepositoryNodes } from "../services/github/nodes.ts";
import type { RepositoryFindings } from "../services/github/repositories.ts";
import type { CentralWorkflowState, CentralWorkflows } from "./central-workflows.ts";

/** A file as it is to be, and what is there now. */
export interface WorkflowFileState {
  path: string;
  wanted: RenderedFile;
  /** Absent where there is no file. */
  live?: RenderedFile;
}

export type WorkflowFiles = Map<RepositorySlug, WorkflowFileState>;

/** The files of all repositories that can be seen. What callers grant depends on what is live: see `settleCallers`. */
export async function readWorkflowFiles(
  settings: Settings,
  findings: RepositoryFindings,
  central: CentralWorkflows,
  github: GitHubConnection,
): Promise<WorkflowFiles> {
  const files = new LiveFiles(new RepositoryNodes(async () => github));
  const read = settings.repositories.map(
    async (repository): Promise<[RepositorySlug, WorkflowFileState] | undefined> => {
      const facts = findings.get(repository.slug);
      if (!facts) return undefined;
      const { path } = repository.workflow;
      const wanted = renderOnce(contentOf(settings, repository, central));
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

/** The files with what callers are to grant in this run, which may be more than what their central file will ask for. */
export function settleCallers(settings: Settings, files: WorkflowFiles, central: CentralWorkflows): WorkflowFiles {
  return new Map(
    settings.repositories.flatMap((repository): [RepositorySlug, WorkflowFileState][] => {
      const file = files.get(repository.slug);
      if (!file || repository.delivery.kind !== "central") return file ? [[repository.slug, file]] : [];
      return [[repository.slug, { ...file, wanted: renderOnce(contentOf(settings, repository, central)) }]];
    }),
  );
}

/** The call of a repository whose jobs are in a central workflow; undefined for any other, and where its file cannot be known. */
export function findCentralCall(
  central: CentralWorkflows,
  { slug }: RepositorySettings,
): CentralWorkflowState | undefined {
  return central.find(({ callers }) => callers.includes(slug));
}

function contentOf({ aperture, policy }: Settings, repository: RepositorySettings, central: CentralWorkflows) {
  const { workflow, identity, tag } = repository;
  const call = findCentralCall(central, repository);
  return contentOfRepository(
    { workflow, identity, tag, hostname: aperture.hostname, owner: policy.owner },
    call && { file: call.file, scope: scopeOf(identity), permissions: call.grants },
  );
}

/** The name of the stack that wrote a live file; undefined for any other file, and where there is none. */
export function findHeaderOwner(file: WorkflowFileState | undefined): string | undefined {
  return file?.live && readHeaderOwner(file.live.text);
}
