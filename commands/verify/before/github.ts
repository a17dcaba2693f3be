/** What GitHub says before the first `pulumi up`: of the credential, of the repositories, of those with central workflows. */
import { RequestError } from "@octokit/request-error";
import type { BeforeFacts, GitHubRights, Refused, RepositoryBefore } from "../../../core/checks/before-facts.ts";
import { type Fact, isUnread, type Unread } from "../../../core/checks/facts.ts";
import { listBlockingRulesets } from "../../../core/delivery/branch-rules.ts";
import { findUnavailability } from "../../../core/delivery/repository-obstacles.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../../../core/settings/settings.ts";
import { readHeaderOwner } from "../../../core/workflow/render.ts";
import { readActionsPolicy } from "../../../services/github/actions-permissions.ts";
import { type BypassLookup, readBypasses } from "../../../services/github/bypasses.ts";
import type { GitHubConnection } from "../../../services/github/connection.ts";
import { readEnvironment } from "../../../services/github/environments.ts";
import { LiveFiles } from "../../../services/github/live-files.ts";
import { RepositoryNodes } from "../../../services/github/nodes.ts";
import {
  type RepositoryFacts,
  type RepositoryFindings,
  readRepositories,
} from "../../../services/github/repositories.ts";
import { listRequests } from "../../../services/github/repository-requests.ts";
import { identifyRights } from "../../../services/github/rights.ts";
import { observeScopes } from "../../../services/github/scopes.ts";
import { listSecretNames } from "../../../services/github/secrets.ts";
import type { Seen } from "../../../services/github/seen.ts";
import { readFact, toUnread } from "../connections.ts";
import { readCentralBefore } from "./central.ts";

export interface GitHubBefore {
  rights: Fact<GitHubRights>;
  workflows: RepositorySlug[];
  central: BeforeFacts["central"];
  repositories: Omit<RepositoryBefore, "stack">[];
}

export async function readGitHubBefore(
  github: GitHubConnection | Unread,
  settings: Settings,
  repositories: readonly RepositorySettings[],
): Promise<GitHubBefore> {
  // Only the lack of a credential, or of a readable key, keeps a connection from being made.
  if (isUnread(github)) return unseen({ ...github, refused: true }, repositories);
  const scopes = observeScopes(github);
  let findings: RepositoryFindings;
  try {
    findings = await readRepositories(listRequests({ ...settings, repositories: [...repositories] }), github);
  } catch (error) {
    const reason = toUnread(error);
    return unseen(isUnauthorized(error) ? { ...reason, refused: true } : reason, repositories);
  }
  const files = new LiveFiles(new RepositoryNodes(async () => github));
  const [rights, mayBypass, central] = await Promise.all([
    readFact(() => identifyRights(github, scopes())),
    readBypasses({ repositories: [...repositories] }, findings, github).catch(() => () => undefined),
    readCentralBefore(github, { ...settings, repositories: [...repositories] }, findings),
  ]);
  const read = await Promise.all(
    repositories.map((one) => readRepository(github, one, findings.get(one.slug), files, mayBypass)),
  );
  const workflows = read.filter(({ settings: { slug }, file }) => {
    const isLeaving = findings.get(slug)?.isBeingRemoved === true;
    return !isUnread(file) && file !== undefined && readHeaderOwner(file) === settings.policy.owner && !isLeaving;
  });
  return { rights, central, repositories: read, workflows: workflows.map(({ settings: { slug } }) => slug) };
}

const isUnauthorized = (error: unknown) => error instanceof RequestError && error.status === 401;

function unseen(reason: Unread | Refused, repositories: readonly RepositorySettings[]): GitHubBefore {
  const nothing = { unread: reason.unread };
  return {
    ...{ rights: reason, workflows: [], central: [] },
    repositories: repositories.map((settings) => ({
      ...{ settings, github: nothing, bypasses: new Map() },
      ...{ actions: nothing, file: nothing, secrets: nothing, environment: nothing },
    })),
  };
}

async function readRepository(
  github: GitHubConnection,
  settings: RepositorySettings,
  found: RepositoryFacts | undefined,
  files: LiveFiles,
  mayBypass: BypassLookup,
): Promise<Omit<RepositoryBefore, "stack">> {
  if (!found || findUnavailability(found)) {
    const nothing = { unread: "not read: nothing can be written to the repository" };
    return {
      ...{ settings, github: found, bypasses: new Map() },
      ...{ actions: nothing, file: nothing, secrets: nothing, environment: nothing },
    };
  }
  const { slug, nodeId: repositoryId } = found;
  const { path, environment: name } = settings.workflow;
  const [actions, file, secrets, environment] = await Promise.all([
    readFact(async () => toFact(await readActionsPolicy(github, slug))),
    found.workflowBlob === undefined
      ? undefined
      : readFact(async () => (await files.readText({ repositoryId, path }))?.text),
    readFact(async () => {
      const answer = await listSecretNames(github, slug);
      return answer.kind === "names" ? answer.names : refused(answer.said);
    }),
    name === undefined
      ? undefined
      : readFact(async () => {
          const answer = await readEnvironment(github, slug, name);
          return answer.kind === "refused" && answer.status === 404 ? undefined : toFact(answer);
        }),
  ]);
  return { settings, github: found, bypasses: listBypasses(found, mayBypass), actions, file, secrets, environment };
}

function listBypasses(found: RepositoryFacts, mayBypass: BypassLookup): ReadonlyMap<number, boolean> {
  const rulesets = found.defaultBranch ? listBlockingRulesets(found.defaultBranch) : [];
  return new Map(
    rulesets.flatMap((ruleset): [number, boolean][] => {
      const may = mayBypass(found, ruleset);
      return may === undefined ? [] : [[ruleset, may]];
    }),
  );
}

const refused = (said: string): Refused => ({ unread: said, refused: true });

function toFact<T>(answer: Seen<T>): Fact<T> {
  return answer.kind === "seen" ? answer.value : refused(answer.said);
}
