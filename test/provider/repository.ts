/** Workflow files of one stack against the stand-in of GitHub, asked of as an engine asks, without an engine. */
import { onTestFinished } from "vitest";
import type { Severity } from "../../provider/engine-log.ts";
import { accessGitHub } from "../../provider/github-access.ts";
import type { OperationContext } from "../../provider/resource.ts";
import { decode, encode, type PropertyMap } from "../../provider/structs.ts";
import { workflowFileResource } from "../../provider/workflow-file/resource.ts";
import { nodeId } from "../../sandbox/github/accounts.ts";
import { type GitHubOptions, type RepositoryOptions, startGitHub } from "../../sandbox/github/index.ts";
import { noticeWorkflows } from "../../sandbox/github/workflows.ts";
import { createRuntime, type Runtime } from "../../services/tailscale/runtime.ts";

export const path = ".github/workflows/claude.yml";
export const branch = "claude-aperture/acme-prod/claude.yml";
export const removalBranch = "claude-aperture/acme-prod/remove-claude.yml";

export type Delivery = { kind: "commit" | "pull-request" | "output"; [key: string]: unknown };

/** What a program gives for `acme/app`; the text changes with `timeoutMinutes`. */
export interface Wish {
  delivery?: Delivery;
  timeoutMinutes?: number;
  path?: string;
  adopt?: boolean;
}

interface State {
  inputs: PropertyMap;
  outputs: PropertyMap;
}

/** `acme/app` at GitHub, and a stack that keeps a state. */
export async function startRepository(
  options: Omit<RepositoryOptions, "name"> = {},
  more: Partial<GitHubOptions> = {},
) {
  const github = await startGitHub({ repositories: [{ name: "acme/app", ...options }], ...more });
  onTestFinished(() => github.close());
  const repository = github.state.repository("acme/app");
  const repositoryId = nodeId("R", repository.id);
  const runtime: Runtime = {
    ...createRuntime(),
    environment: { GITHUB_TOKEN: github.token, GITHUB_BASE_URL: `${github.url}/` },
    random: () => 0,
    sleep: async () => {},
  };
  const logged: string[] = [];
  let state: State | undefined;
  let process = new AbortController();

  const newRun = () => {
    process = new AbortController();
    const access = accessGitHub(runtime, (line) => logged.push(line), process.signal);
    const context = {
      github: async () => access,
      runtime,
      async log(severity: Severity, message: string) {
        logged.push(`${severity}: ${message}`);
      },
    } as unknown as OperationContext;
    return { resource: workflowFileResource(), context };
  };
  const urn = "urn:pulumi:prod::acme::claude-aperture:index:WorkflowFile::acme-app-workflow";
  const inputsOf = ({
    delivery = { kind: "pull-request" },
    timeoutMinutes = 30,
    adopt,
    ...rest
  }: Wish): PropertyMap => ({
    repository: "acme/app",
    repositoryId,
    role: "standalone",
    path,
    owner: "acme/prod",
    presets: ["review"],
    identity: "federated",
    tag: "tag:ci",
    hostname: "ai",
    runsOn: ["ubuntu-latest"],
    timeoutMinutes,
    ...rest,
    ...(adopt === undefined ? {} : { adopt }),
    delivery: delivery as PropertyMap,
  });
  type Run = ReturnType<typeof newRun>;
  /** What `refresh_before_update` has the engine do. A preview keeps nothing of it. */
  const refresh = async ({ resource, context }: Run): Promise<State | undefined> => {
    if (!state) return undefined;
    const read = await resource.read(
      { id: repositoryId, inputs: encode(state.inputs), state: encode(state.outputs) },
      context,
    );
    return read && { inputs: decode(read.inputs), outputs: decode(read.outputs) };
  };
  const run = async (wish: Wish, isPreview: boolean) => {
    logged.length = 0;
    const now = newRun();
    const before = await refresh(now);
    const { inputs, problems } = await now.resource.check(
      { urn, inputs: encode(inputsOf(wish)), state: before?.inputs ?? {} },
      now.context,
    );
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
    const after = decode(inputs);
    const changes = before && now.resource.diff({ before: before.inputs, after, state: before.outputs });
    const shown = changes ? [...changes.keys()] : ["create"];
    const was = before && { previous: before.inputs, state: before.outputs };
    const isSame = changes !== undefined && changes.size === 0;
    if (!isPreview && isSame) state = before;
    if (isSame) return { changes: shown, blob: before?.inputs.blob };
    const written = await now.resource.write({ urn, inputs, isPreview, ...was }, now.context);
    if (!isPreview) state = { inputs: after, outputs: decode(written.outputs) };
    return { changes: shown, blob: before?.inputs.blob };
  };

  return {
    github,
    repository,
    git: repository.git,
    logged,
    /** Outputs as they stand in the state. */
    outputs: () => state?.outputs,
    /** The paths that changed, and what the refresh said of the text. */
    up: (wish: Wish = {}) => run(wish, false),
    preview: (wish: Wish = {}) => run(wish, true),
    async destroy() {
      logged.length = 0;
      const now = newRun();
      const before = await refresh(now);
      if (before)
        await now.resource.delete(
          { urn, id: repositoryId, ...{ inputs: before.inputs, state: before.outputs } },
          now.context,
        );
      state = undefined;
    },
    /** The process ends a moment from now, when what it has asked for last was answered. */
    kill: () => setTimeout(() => process.abort(new Error("killed")), 60),
    /** A run that was killed before its answer came to the engine. */
    forget<T>(work: () => Promise<T>): Promise<void> {
      const kept = state;
      return work().then(
        () => {
          state = kept;
        },
        () => {
          state = kept;
        },
      );
    },
    /** Top-level operations and REST requests since the last call. */
    requests() {
      return github.journal
        .splice(0)
        .map(({ method, path, operations }) =>
          operations ? operations.join(" ") : `${method} ${path.replace("/api/v3/repos/acme/app", "")}`,
        );
    },
    text: (name = "main", file = path) => {
      const tip = repository.git.tip(name);
      return tip && repository.git.read(tip, file)?.toString("utf8");
    },
    /** `#1 open "title" branch -> main` */
    pulls: () =>
      repository.pulls.map(
        ({ number, state, merged, head, base }) =>
          `#${number} ${merged ? "merged" : state} ${head.split("/").at(-1)} -> ${base}`,
      ),
    isDisabled: () => repository.workflows.some((one) => one.path === path && one.isDisabled),
    /** As a person does on the page of the workflow. */
    disable() {
      noticeWorkflows(repository);
      for (const workflow of repository.workflows) workflow.isDisabled = true;
    },
    branches: () => [...repository.git.branches.keys()].sort(),
  };
}
