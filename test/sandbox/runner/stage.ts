/** A world whose repository has the workflow file as it is delivered, a credential that fits, and a runner. */

import { entryValue } from "../../../core/policy/fragment.ts";
import { renderWorkflowFile, type StandaloneOptions } from "../../../core/workflow/file.ts";
import { federatedSubject, type SubjectOptions } from "../../../core/workflow/oidc.ts";
import { nameSecrets, type SecretNames } from "../../../core/workflow/options.ts";
import {
  type PullRequest,
  pullOf,
  pushCommit,
  type Repository,
  setCollaborator,
  slug,
  type WorkflowJob,
  type WorkflowRun,
} from "../../../sandbox/github/index.ts";
import { addIdentity, editIdentity, savePolicy } from "../../../sandbox/tailscale/index.ts";
import { startWorld, type World, type WorldOptions } from "../../../sandbox/world.ts";
import { options } from "../../core/workflow/workflows.ts";

export const workflowPath = options.path;

export interface Stage {
  world: World & { runner: NonNullable<World["runner"]>; tailnet: NonNullable<World["tailnet"]> };
  repository: Repository;
  /** Runs of the repository that have come since the last call, when they are over. */
  newRuns(): Promise<WorkflowRun[]>;
  close(): Promise<void>;
}

/** `alice` may write, `mallory` may read. */
export async function startStage(given: WorldOptions = {}): Promise<Stage> {
  const started = await startWorld({ repositories: ["acme/app"], policy: policyText(), runner: true, ...given });
  const { runner, tailnet, github, tailscale } = started;
  if (!runner || !tailnet) throw new Error("no runner");
  const world = { ...started, runner, tailnet };
  const repository = github.state.repository("acme/app");
  setCollaborator(repository, "alice", "write");
  setCollaborator(repository, "mallory", "read");
  let seen = 0;
  return {
    world,
    repository,
    async newRuns() {
      await runner.idle();
      const runs = repository.runs.slice(seen);
      seen = repository.runs.length;
      return runs;
    },
    close: () => {
      savePolicy(tailscale.state, policyText());
      return world.close();
    },
  };
}

/** Commits the file that the options give, and makes the identity that a stack would make for it. */
export function deliver({ repository, world }: Stage, given: Partial<StandaloneOptions> = {}): string {
  const wanted: StandaloneOptions = { role: "standalone", ...options, ...given };
  const text = renderWorkflowFile(wanted);
  giveIdentity(world, repository, { ...wanted, workflowPath });
  pushCommit(repository, "main", { [workflowPath]: text });
  return text;
}

/** A federated identity for the repository's workflow, and the secrets that the workflow reads. */
export function giveIdentity(
  { tailscale, github }: Pick<World, "tailscale" | "github">,
  repository: Repository,
  options: Pick<SubjectOptions, "presets" | "runsOn" | "workflowPath" | "central">,
  { clientId, audienceOrSecret }: SecretNames = nameSecrets("federated"),
): void {
  const { id, owner, name, secrets } = repository;
  const { subject, customClaimRules } = federatedSubject({
    ...options,
    repository: slug(repository),
    repositoryId: id,
    ownerId: owner.id,
    oidc: { useDefault: true, subClaimPrefix: `repo:${owner.login}@${owner.id}/${name}@${id}` },
  });
  const key = addIdentity(tailscale.state, { subject, tags: ["tag:ci"], issuer: github.oidc.issuer });
  if (key.keyType !== "federated") throw new Error("no federated identity");
  editIdentity(tailscale.state, key.id, { customClaimRules });
  secrets.set(clientId, key.id);
  secrets.set(audienceOrSecret, key.audience);
}

/** The entries of the stack alone. */
export function policyText(change: Partial<Parameters<typeof entryValue>[2]> = {}): string {
  const access = {
    owners: [],
    destinations: ["tag:aperture"],
    ports: ["tcp:80"],
    models: ["anthropic/**"],
    test: "none" as const,
    ...change,
  };
  return JSON.stringify({
    tagOwners: { "tag:ci": entryValue("tagOwners", "tag:ci", access), "tag:aperture": [] },
    grants: [entryValue("grants", "tag:ci", access)],
  });
}

export function jobOf(run: WorkflowRun | undefined, name: string): WorkflowJob {
  const job = run?.jobs.find((one) => one.name === name);
  if (!job) throw new Error(`no job ${name} in ${run?.jobs.map((one) => one.name)}`);
  return job;
}

/** Name and conclusion of each step, in order. */
export const stepsOf = ({ steps }: WorkflowJob): string[] =>
  steps.map(({ name, conclusion }) => `${name}: ${conclusion}`);

/** Bodies of the comments in the pull request's conversation. */
export const commentsOn = (repository: Repository, { number }: PullRequest): string[] =>
  pullOf(repository, number).comments.map(({ body }) => body);
