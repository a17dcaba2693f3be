/** The repositories that hold central workflows: asked and judged before anything is written. */
import {
  findCentralObstacles,
  findCentralWarnings,
  findRenamedChecks,
  type PlannedCentral,
} from "../core/delivery/central-checks.ts";
import { listCentralRepositories } from "../core/delivery/central-files.ts";
import { centralBranchUncallable, centralRepositoryEmpty, centralRepositoryMissing } from "../core/messages/central.ts";
import { formatMessage } from "../core/messages/entry.ts";
import type { Problem } from "../core/problem.ts";
import { scopeOf } from "../core/settings/delivery-rules.ts";
import { show } from "../core/settings/problem.ts";
import type { Settings } from "../core/settings/settings.ts";
import { isCallableBranch } from "../core/workflow/names.ts";
import { readHeaderOwner } from "../core/workflow/render.ts";
import { readCentralRepository } from "../services/github/central-repository.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import type { RepositoryFindings } from "../services/github/repositories.ts";
import type { CentralWorkflowState, CentralWorkflows } from "./central-workflows.ts";
import { readLastName, readStackResources } from "./state.ts";

export interface CentralJudgement {
  problems: Problem[];
  warnings: string[];
}

export async function judgeCentralWorkflows(
  settings: Settings,
  findings: RepositoryFindings,
  central: CentralWorkflows,
  github: GitHubConnection,
): Promise<CentralJudgement> {
  const absent = listCentralRepositories(settings).flatMap((slug): Problem[] => {
    const facts = findings.get(slug);
    if (!facts) return [{ path: slug, message: formatMessage(centralRepositoryMissing, {}) }];
    if (!facts.defaultBranch) return [{ path: slug, message: formatMessage(centralRepositoryEmpty, {}) }];
    const { name } = facts.defaultBranch;
    const followsDefault = settings.repositories.some(
      ({ delivery }) => delivery.kind === "central" && delivery.repository === slug && delivery.branch === undefined,
    );
    if (!followsDefault || isCallableBranch(name)) return [];
    return [{ path: slug, message: formatMessage(centralBranchUncallable, { branch: show(name) }) }];
  });
  const isOwn = await recogniseOwnCentralFiles(settings, central);
  const asked = new Map<string, ReturnType<typeof readCentralRepository>>();
  const judged = central.map(async (one): Promise<CentralJudgement> => {
    const { facts, file } = one;
    const key = `${file.repository} ${file.branch}`;
    const asking = asked.get(key) ?? readCentralRepository(github, file.repository, file.branch);
    asked.set(key, asking);
    const { branch, ...found } = await asking;
    const repository = {
      ...facts,
      ...found,
      slug: file.repository,
      branch: file.branch,
      ...(branch ? { isProtected: branch.isProtected } : {}),
    };
    const planned = toPlanned(settings, findings, one, isOwn(one));
    return {
      problems: findCentralObstacles(repository, planned),
      warnings: findCentralWarnings(repository, planned),
    };
  });
  const all = await Promise.all(judged);
  return {
    problems: [...absent, ...withoutRepetition(all.flatMap(({ problems }) => problems))],
    warnings: [
      ...new Set(all.flatMap(({ warnings }) => warnings)),
      ...findRenamedChecks(
        settings.repositories.map(({ slug, workflow, delivery }) => ({
          slug,
          presets: workflow.presets,
          isCaller: delivery.kind === "central",
          requiredChecks: findings.get(slug)?.defaultBranch?.requiredChecks ?? [],
        })),
      ),
    ],
  };
}

/** Several files of one repository say the same of it. */
function withoutRepetition(problems: Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.path}\n${problem.message}`, problem])).values()];
}

function toPlanned(
  { policy }: Settings,
  findings: RepositoryFindings,
  { file, settings, callers, live }: CentralWorkflowState,
  isOwn: boolean,
): PlannedCentral {
  return {
    path: file.path,
    owner: policy.owner,
    ...(live ? { live } : {}),
    isOwn,
    adopt: settings.workflow.adopt,
    tag: settings.tag,
    scope: scopeOf(settings.identity),
    callers: callers.flatMap((slug) => {
      const facts = findings.get(slug);
      if (!facts) return [];
      return [{ slug, isPublic: facts.visibility === "PUBLIC", usesDefaultSubject: facts.oidc.useDefault }];
    }),
  };
}

/** A central file that stands in the state is the stack's, whatever somebody made of it. Reads the state only where one has no header of ours. */
async function recogniseOwnCentralFiles(
  { policy }: Settings,
  central: CentralWorkflows,
): Promise<(one: CentralWorkflowState) => boolean> {
  const isNamed = ({ live }: CentralWorkflowState) => !live || readHeaderOwner(live.text) === policy.owner;
  if (central.every(isNamed)) return () => true;
  const state = await readStackResources().catch(() => ({}));
  const names = new Set(Object.keys(state).map(readLastName));
  return (one) => isNamed(one) || names.has(`${one.name}-workflow`);
}
