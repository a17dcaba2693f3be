/** The central workflows of a run: which there are, who calls them, and what goes first. */

import { type DecidingSettings, groupByCentralFile, pickDecidingSettings } from "../core/delivery/central-files.ts";
import { type CentralPlan, type LiveCaller, planCentralChange } from "../core/delivery/central-order.ts";
import { toResourceName } from "../core/resource-names.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../core/settings/settings.ts";
import { type CentralFile, nameCall, readAdmitted } from "../core/workflow/file.ts";
import { isCallableBranch } from "../core/workflow/names.ts";
import { type PermissionSet, readCall, readJobPermissions } from "../core/workflow/permissions.ts";
import { listPermissions, mostPermissions } from "../core/workflow/presets.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { LiveFiles } from "../services/github/live-files.ts";
import { RepositoryNodes } from "../services/github/nodes.ts";
import type { RepositoryFacts, RepositoryFindings } from "../services/github/repositories.ts";
import type { AvailableRepository } from "./repository-checks.ts";

type CentralDelivery = RepositorySettings["delivery"] & { kind: "central" };

/** A central workflow, and the settings that its callers have in common. */
export interface CentralWorkflowState {
  /** The name of its component. */
  name: string;
  file: CentralFile & { repository: RepositorySlug };
  facts: RepositoryFacts;
  /** Of any of its callers: what decides the file is equal in all. */
  settings: RepositorySettings & { delivery: CentralDelivery };
  callers: RepositorySlug[];
  /** The callers that can be seen, as GitHub spells them: their ids. Also those that call it still, and are about to call another. */
  admitted: Record<RepositorySlug, number>;
  /** What its jobs ask for. */
  permissions: PermissionSet;
  /** What callers grant after this run: at least that. */
  grants: PermissionSet;
  /** What goes first; known once the callers' files were read. */
  order?: CentralPlan;
  /** Absent where there is no file. */
  live?: { blob: string; text: string };
}

export type CentralWorkflows = readonly CentralWorkflowState[];

/** Those whose repository can be seen; what is wrong with the others is for central-checks.ts. */
export async function readCentralWorkflows(
  settings: Settings,
  findings: RepositoryFindings,
  github: GitHubConnection,
): Promise<CentralWorkflows> {
  const files = new LiveFiles(new RepositoryNodes(async () => github));
  const callers = settings.repositories.flatMap((repository) => {
    const { delivery, slug } = repository;
    if (delivery.kind !== "central") return [];
    const facts = findings.get(delivery.repository);
    const branch = delivery.branch ?? facts?.defaultBranch?.name;
    if (!facts || branch === undefined || !isCallableBranch(branch)) return [];
    // As GitHub spells it: it follows no renames in `uses:`.
    const place = { repository: facts.slug, branch };
    return [
      { slug, settings: pickDecidingSettings(repository), place, facts, repository: { ...repository, delivery } },
    ];
  });
  const groups = groupByCentralFile(settings.policy.owner, namelessSettings(settings), callers);
  const read = groups.map(async ({ file, callers: [first, ...others] }): Promise<CentralWorkflowState[]> => {
    if (!first) return [];
    const { facts, repository } = first;
    const live = await files.readText({ repositoryId: facts.nodeId, path: file.path, branch: file.branch });
    const { workflow, identity } = repository;
    const permissions = listPermissions({ presets: workflow.presets, identity: identity.kind });
    return [
      {
        name: nameCentralWorkflow(file),
        file: { ...file, repository: facts.slug },
        facts,
        settings: repository,
        callers: [first, ...others].map(({ slug }) => slug),
        admitted: Object.fromEntries(
          [first, ...others].flatMap(({ slug }) => {
            const caller = findings.get(slug);
            return caller ? [[caller.slug, caller.id]] : [];
          }),
        ),
        permissions,
        grants: permissions,
        ...(live ? { live } : {}),
      },
    ];
  });
  return (await Promise.all(read)).flat();
}

/**
 * What a file's name leaves out. A file that passes other secrets, or none, needs another name whatever the stack's own settings
 * are: callers move to it one by one.
 */
function namelessSettings({ common }: Settings): DecidingSettings {
  return { ...pickDecidingSettings(common), identity: "federated", scope: "repository", issuer: undefined };
}

/** `acme/.github`, `.github/workflows/claude-prod.yml` -> `acme-.github-claude-prod`; another branch than one with a plain name adds it. */
export function nameCentralWorkflow({ repository, path, branch }: CentralFile): string {
  const file = path.slice(path.lastIndexOf("/") + 1).replace(/\.ya?ml$/, "");
  return `${toResourceName(repository as RepositorySlug)}-${file}@${branch}`;
}

/** The workflows with their order, from the files of all repositories as they are live. */
export function settleOrder(
  central: CentralWorkflows,
  { repositories }: Settings,
  findings: RepositoryFindings,
  liveText: (slug: RepositorySlug) => string | undefined,
): CentralWorkflows {
  const calls = repositories.flatMap((repository) => {
    const text = liveText(repository.slug);
    const call = text === undefined ? undefined : readCall(text);
    return call ? [{ ...call, slug: repository.slug, by: arrivalOf(repository) }] : [];
  });
  return central.map((one) => {
    const { live, permissions, settings, file } = one;
    const callers = calls
      .filter(({ uses }) => uses === nameCall(file))
      .map(({ slug, permissions: grants, by }): LiveCaller => ({ slug, grants, by }));
    const jobs = live && (readJobPermissions(live.text) ?? ("unreadable" as const));
    const change = { central: { live: jobs, wanted: permissions, by: settings.delivery.by }, callers };
    const order = planCentralChange(change, mostPermissions);
    const admitted = { ...findStillAdmitted(live, callers, findings), ...one.admitted };
    return { ...one, order, admitted, grants: order.callerPermissions };
  });
}

/**
 * Repositories that call the file until their next one is live. Only such as the live file admits: whoever can push a repository
 * could have it call the file, and is not let in for that.
 */
function findStillAdmitted(
  live: CentralWorkflowState["live"],
  callers: readonly LiveCaller[],
  findings: RepositoryFindings,
): CentralWorkflowState["admitted"] {
  const ids = new Set(live ? readAdmitted(live.text) : []);
  const facts = callers.flatMap(({ slug }) => findings.get(slug as RepositorySlug) ?? []);
  return Object.fromEntries(facts.filter(({ id }) => ids.has(id)).map(({ slug, id }) => [slug, id]));
}

/** A repository whose caller cannot be written before its central workflow is there. */
export interface WaitingRepository extends AvailableRepository {
  slug: RepositorySlug;
  central: CentralWorkflowState;
}

/** Those that can go on in this run, and those that wait. */
export function separateWaiting(available: readonly AvailableRepository[], central: CentralWorkflows) {
  const separated: { ready: AvailableRepository[]; waiting: WaitingRepository[] } = { ready: [], waiting: [] };
  for (const one of available) {
    const { slug } = one.settings;
    const call = central.find(({ callers, order }) => order?.callersWait && callers.includes(slug));
    if (call) separated.waiting.push({ ...one, slug, central: call });
    else separated.ready.push(one);
  }
  return separated;
}

function arrivalOf({ delivery }: RepositorySettings): LiveCaller["by"] {
  if (delivery.kind === "central") return delivery.callersBy;
  return delivery.kind === "commit" ? "commit" : "pull-request";
}
