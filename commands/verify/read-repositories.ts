/** Reads the repositories: what many share in queries of fifty, and a few requests for each. */
import type {
  Fact,
  LiveRepository,
  LiveSecrets,
  LiveText,
  Proposal,
  RepositoryFacts,
  RepositorySetup,
  SecretFact,
  SettingsFile,
  StackFacts,
} from "../../core/checks/facts.ts";
import { isUnread } from "../../core/checks/facts.ts";
import { namePullBranches } from "../../core/delivery/branches.ts";
import { contentOfRepository } from "../../core/delivery/content.ts";
import { deliverRepositoryFile } from "../../core/delivery/file-delivery.ts";
import { renderOnce } from "../../core/delivery/rendered.ts";
import { scopeOf } from "../../core/settings/delivery-rules.ts";
import type { RepositorySettings, RepositorySlug } from "../../core/settings/settings.ts";
import { settingsPaths } from "../../core/workflow/claude-settings.ts";
import { callerJob, keyOfCall } from "../../core/workflow/file.ts";
import { nameSecrets, WorkflowError } from "../../core/workflow/options.ts";
import { listCheckNames } from "../../core/workflow/presets.ts";
import { readActionsPolicy } from "../../services/github/actions-permissions.ts";
import type { GitHubConnection } from "../../services/github/connection.ts";
import { LiveFiles, readTexts } from "../../services/github/live-files.ts";
import { RepositoryNodes } from "../../services/github/nodes.ts";
import { findPullRuns, type PullRuns } from "../../services/github/pull-runs.ts";
import { findPulls } from "../../services/github/pulls.ts";
import { findRepositories, type KnownRepository, readOidc } from "../../services/github/repositories.ts";
import { listSecrets, type SecretPlace } from "../../services/github/secrets.ts";
import { readWorkflowState } from "../../services/github/workflow-state.ts";
import { type Connections, readFact, readSeen } from "./connections.ts";
import { toProposal } from "./read-central.ts";
import { readRuns } from "./read-runs.ts";

/** Called when one more repository was read. */
type Tell = () => void;

export async function readRepositories(
  stack: StackFacts,
  repositories: readonly RepositorySettings[],
  { github }: Pick<Connections, "github">,
  tell: Tell,
): Promise<RepositoryFacts[]> {
  const known = isUnread(github)
    ? github
    : await readFact(() =>
        findRepositories(
          repositories.map(({ slug, workflow }) => ({ slug, workflowPath: workflow.path })),
          github,
        ),
      );
  if (isUnread(github) || isUnread(known)) {
    const why = isUnread(known) ? known : { unread: "GitHub was not read." };
    return repositories.map((settings) => ({ ...withoutGitHub(stack, settings, why) }));
  }
  const reader = new RepositoryReader(github, stack);
  return Promise.all(
    repositories.map(async (settings) => {
      const facts = await reader.read(settings, known.get(settings.slug));
      tell();
      return facts;
    }),
  );
}

function setupOf({ setup }: StackFacts, { slug }: RepositorySettings): Fact<RepositorySetup | undefined> {
  return isUnread(setup) ? setup : setup.repositories.get(slug.toLowerCase());
}

function withoutGitHub(stack: StackFacts, settings: RepositorySettings, why: { unread: string }): RepositoryFacts {
  return {
    ...{ stack, settings, setup: setupOf(stack, settings) },
    ...{ github: why, oidc: why, file: why, proposal: why, secrets: why },
    ...{ workflowState: why, actions: why, settingsFiles: why, runs: why },
  };
}

const notNeeded = { unread: "not needed" };

class RepositoryReader {
  readonly #github: GitHubConnection;
  readonly #stack: StackFacts;
  readonly #nodes: RepositoryNodes;
  readonly #files: LiveFiles;

  constructor(github: GitHubConnection, stack: StackFacts) {
    this.#github = github;
    this.#stack = stack;
    this.#nodes = new RepositoryNodes(async () => github);
    this.#files = new LiveFiles(this.#nodes);
  }

  async read(settings: RepositorySettings, known: KnownRepository | undefined): Promise<RepositoryFacts> {
    const setup = setupOf(this.#stack, settings);
    const own = isUnread(setup) ? undefined : setup;
    const wantedBlob = this.#renderWanted(settings, own);
    const common = { stack: this.#stack, settings, setup, ...(wantedBlob === undefined ? {} : { wantedBlob }) };
    // Of one that runs no workflow nothing else matters.
    if (!known || known.archived || known.disabled)
      return { ...withoutGitHub(this.#stack, settings, notNeeded), ...common, github: known && toLive(known) };
    const { slug } = known;
    const recent = readFact(() => this.#readPullRuns(settings, known));
    const isAsDelivered = [wantedBlob, own?.file?.blob].includes(known.workflowBlob);
    const question = { slug, path: settings.workflow.path, isAsDelivered };
    const [oidc, secrets, actions, settingsFiles, file, workflowState, runs] = await Promise.all([
      settings.identity.kind === "federated" ? readFact(() => readOidc(slug, this.#github)) : notNeeded,
      scopeOf(settings.identity) === "organization" ? notNeeded : this.#readSecrets(settings, own, slug),
      readSeen(() => readActionsPolicy(this.#github, slug)),
      readFact(() => this.#readSettingsFiles(known)),
      readFact(() => this.#readFile(settings, own, known, wantedBlob)),
      known.workflowBlob === undefined ? notNeeded : this.#readWorkflowState(settings, slug, recent),
      known.workflowBlob === undefined
        ? []
        : recent.then((found) => readRuns(this.#github, question, toRuns(settings, found))),
    ]);
    const isPending = !isUnread(file) && file?.blob !== (wantedBlob ?? own?.file?.blob);
    const proposal = isPending ? await readFact(() => this.#readProposal(settings, known)) : { pulls: [] };
    return {
      ...{ ...common, github: toLive(known), oidc, secrets, actions, settingsFiles, file, workflowState, proposal },
      runs,
    };
  }

  /** Undefined where the settings and the state do not decide it. */
  #renderWanted(settings: RepositorySettings, own: RepositorySetup | undefined): string | undefined {
    const { workflow, identity, tag, delivery } = settings;
    const { policy, aperture } = this.#stack.settings;
    const { central: file, permissions } = own?.file ?? {};
    if (delivery.kind === "central" && !(file && permissions)) return undefined;
    const central = file && permissions && { file, permissions, scope: scopeOf(identity) };
    const content = { workflow, identity, tag, hostname: aperture.hostname, owner: policy.owner };
    try {
      return renderOnce(contentOfRepository(content, delivery.kind === "central" ? central : undefined)).blob;
    } catch (error) {
      if (error instanceof WorkflowError) return undefined;
      throw error;
    }
  }

  async #readSecrets(
    { identity, workflow }: RepositorySettings,
    own: RepositorySetup | undefined,
    slug: RepositorySlug,
  ): Promise<Fact<LiveSecrets>> {
    const central = own?.file?.central;
    const wanted: string[] = Object.values(nameSecrets(identity.kind, central && keyOfCall(central)));
    const { environment: name } = workflow;
    const [repository, environment] = await Promise.all([
      this.#listSecrets(slug, { kind: "repository" }),
      name === undefined ? undefined : this.#listSecrets(slug, { kind: "environment", name }),
    ]);
    if (isUnread(repository)) return repository;
    const isMissing = wanted.some((one) => !repository.some((secret) => secret.name === one));
    return {
      repository,
      ...(environment === undefined ? {} : { environment }),
      ...(isMissing ? { organization: await this.#listSecrets(slug, { kind: "organization" }) } : {}),
    };
  }

  async #listSecrets(slug: RepositorySlug, place: SecretPlace): Promise<Fact<SecretFact[]>> {
    const secrets = await readSeen(() => listSecrets(this.#github, slug, place));
    if (isUnread(secrets)) return secrets;
    return secrets.map(({ name, updatedAt }) => {
      const time = Date.parse(updatedAt ?? "");
      return { name, ...(Number.isNaN(time) ? {} : { updatedAt: time }) };
    });
  }

  async #readSettingsFiles({ nodeId }: KnownRepository): Promise<Fact<SettingsFile[]>> {
    const texts = await readTexts(this.#nodes, nodeId, settingsPaths);
    if (!texts) return { unread: "GitHub does not show the files of the repository." };
    return [...texts].map(([path, text]) => ({ path, ...(text === undefined ? {} : { text }) }));
  }

  /** Its text only where it is neither what the last run has brought nor what the next one would bring. */
  async #readFile(
    { workflow: { path } }: RepositorySettings,
    own: RepositorySetup | undefined,
    { nodeId, workflowBlob }: KnownRepository,
    wantedBlob: string | undefined,
  ): Promise<LiveText | undefined> {
    if (workflowBlob === undefined) return undefined;
    if (workflowBlob === wantedBlob || workflowBlob === own?.file?.blob) return { blob: workflowBlob };
    // It is there, whether its text is shown or not.
    return (await this.#files.readText({ repositoryId: nodeId, path })) ?? { blob: workflowBlob };
  }

  /** Those of the review, the one preset whose runs belong to pull requests. */
  async #readPullRuns(
    { workflow, delivery }: RepositorySettings,
    { nodeId }: KnownRepository,
  ): Promise<PullRuns | undefined> {
    const { presets, path } = workflow;
    const [check] = listCheckNames(
      presets.filter((name) => name === "review"),
      delivery.kind === "central" ? callerJob : undefined,
    );
    if (check === undefined) return undefined;
    return findPullRuns(this.#nodes, { repositoryId: nodeId, workflowPath: path, check });
  }

  /** Where its newest runs do not tell it. */
  async #readWorkflowState(
    { workflow: { path } }: RepositorySettings,
    repository: RepositorySlug,
    recent: Promise<Fact<PullRuns | undefined>>,
  ): Promise<Fact<string | undefined>> {
    const found = await recent;
    if (!isUnread(found) && found?.workflowState !== undefined) return found.workflowState;
    const state = await readSeen(() => readWorkflowState(this.#github, { repository, path }));
    return isUnread(state) && state.refused ? undefined : state;
  }

  /** Pull requests of the branch that this stack delivers from. */
  async #readProposal(
    { workflow: { path }, delivery }: RepositorySettings,
    { nodeId }: KnownRepository,
  ): Promise<Proposal> {
    if (deliverRepositoryFile(delivery).kind !== "pull-request") return { pulls: [] };
    const branches = namePullBranches(this.#stack.settings.policy.owner, path);
    return toProposal(await findPulls(this.#nodes, { repositoryId: nodeId, path, ...branches }));
  }
}

/** Of a review alone there is no run before the first pull request; all other runs have to be asked for. */
function toRuns(
  { workflow: { presets } }: RepositorySettings,
  found: Fact<PullRuns | undefined>,
): RepositoryFacts["runs"] {
  if (isUnread(found)) return found;
  const isReviewAlone = presets.every((name) => name === "review");
  if (!found || !(found.isCurrent || (found.pulls === 0 && isReviewAlone))) return { unread: "not read" };
  return found.runs.map((run) => ({ ...run, startedAt: Date.parse(run.startedAt) }));
}

function toLive({ slug, id, nodeId, ownerId, url, ...known }: KnownRepository): LiveRepository {
  const { archived, disabled, permission, defaultBranch, visibility } = known;
  return {
    ...{ slug, id, nodeId, ownerId, url, archived, disabled, isPublic: visibility === "PUBLIC" },
    ...(permission ? { permission } : {}),
    ...(defaultBranch ? { defaultBranch } : {}),
  };
}
