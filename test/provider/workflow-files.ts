/** The resource WorkflowFile against the stand-in of GitHub, as the engine asks for it, without waiting. */
import { onTestFinished } from "vitest";
import type { Severity } from "../../provider/engine-log.ts";
import { accessGitHub } from "../../provider/github-access.ts";
import type { OperationContext } from "../../provider/resource.ts";
import { decode, encode, type PropertyMap } from "../../provider/structs.ts";
import { workflowFileResource } from "../../provider/workflow-file/resource.ts";
import { nodeId } from "../../sandbox/github/accounts.ts";
import { type GitHubOptions, slug, somebody } from "../../sandbox/github/index.ts";
import { createRuntime, type Runtime } from "../../services/tailscale/runtime.ts";
import { type Client, github } from "../sandbox/github-client.ts";

export const path = ".github/workflows/claude.yml";
export const owner = "claude-aperture/prod";
export const urn = (name: string) =>
  `urn:pulumi:prod::claude-aperture::claude-aperture:index:ClaudeRepository$claude-aperture:index:WorkflowFile::${name}`;

/** A workflow file as it stands in the state. */
export interface State {
  urn: string;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

type Place = Client & { name: string };

/** What a program gives for a repository's file. */
export function inputsOf({ state, name }: Place, changes: PropertyMap = {}): PropertyMap {
  const repository = state.repository(name);
  return {
    repository: slug(repository),
    repositoryId: nodeId("R", repository.id),
    role: "standalone",
    path,
    owner,
    presets: ["review"],
    identity: "federated",
    tag: "tag:ci",
    hostname: "ai",
    runsOn: ["ubuntu-latest"],
    timeoutMinutes: 30,
    delivery: { kind: "commit" },
    ...changes,
  };
}

/** A GitHub with a repository, and engines that run programs against it. */
export async function startPlace(options: Partial<GitHubOptions> = {}, name = "acme/app") {
  const client = await github(options);
  const place: Place = { ...client, name };
  const repository = () => client.state.repository(place.name);
  return Object.assign(place, {
    repository,
    /** `retryPause`: as in `Runtime`. */
    startEngine: (environment: Record<string, string> = {}, retryPause = 10) =>
      startEngine(place, environment, retryPause),
    /** The text of the file on a branch, by default the default branch. */
    text(file = path, branch = repository().defaultBranch): string | undefined {
      const { git } = repository();
      const tip = git.tip(branch);
      return tip && git.read(tip, file)?.toString();
    },
    /** Somebody commits to the default branch; undefined deletes a file. */
    push(files: Record<string, string | undefined>, branch = repository().defaultBranch) {
      return repository().git.commit(branch, { files, message: "by hand", author: somebody() }).sha;
    },
    /** The messages of the default branch, newest first. */
    history(): string[] {
      const { git, defaultBranch } = repository();
      const tip = git.tip(defaultBranch);
      return tip ? git.history(tip).map(({ message }) => message.split("\n")[0] ?? "") : [];
    },
    /** Requests that write. */
    writes: () =>
      client.journal.filter(({ method, operations }) =>
        operations ? operations.includes("createCommitOnBranch") : method !== "GET",
      ),
  });
}

/** One run of one process of the provider. */
function startEngine(place: Place, environment: Record<string, string>, retryPause: number) {
  const logged: { severity: Severity; message: string }[] = [];
  const waits: number[] = [];
  const told: string[] = [];
  const cancelled = new AbortController();
  onTestFinished(() => cancelled.abort(new Error("the test is over")));
  const runtime: Runtime = {
    ...createRuntime(),
    retryPause,
    environment: { GITHUB_BASE_URL: place.url, GITHUB_TOKEN: place.token, ...environment },
    async sleep(milliseconds, signal) {
      waits.push(milliseconds);
      await new Promise((resolve) => setTimeout(resolve, milliseconds / 100));
      signal?.throwIfAborted();
    },
  };
  const access = accessGitHub(runtime, (line) => told.push(line), cancelled.signal);
  const absent = new Proxy({}, { get: () => () => Promise.reject(new Error("no Tailscale here")) }) as never;
  const context: OperationContext = {
    ...{ api: absent, keys: absent, runtime, signal: cancelled.signal },
    github: async () => access,
    async log(severity, message) {
      logged.push({ severity, message });
    },
  };
  const resource = workflowFileResource();

  const check = async (given: PropertyMap, name = "app") => {
    const checked = await resource.check({ urn: urn(name), inputs: encode(given), state: {} }, context);
    return { inputs: decode(checked.inputs), problems: checked.problems };
  };
  const write = async (given: PropertyMap, name: string, before: State | undefined, isPreview: boolean) => {
    const { inputs, problems } = await check(given, name);
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
    const old = before && { previous: before.inputs, state: before.outputs };
    const written = await resource.write({ urn: urn(name), inputs: encode(inputs), isPreview, ...old }, context);
    return { urn: urn(name), id: written.id, inputs, outputs: decode(written.outputs) };
  };
  return {
    logged,
    waits,
    told,
    cancel: () => cancelled.abort(new Error("cancelled")),
    check,
    /** The names of the changed properties. */
    async diff(before: State, given: PropertyMap, name = "app") {
      const { inputs } = await check(given, name);
      return [...resource.diff({ before: before.inputs, after: inputs, state: before.outputs }).keys()];
    },
    preview: (given: PropertyMap, before?: State, name = "app") => write(given, name, before, true),
    /** Creates, or updates what stands. */
    up: (given: PropertyMap, before?: State, name = "app"): Promise<State> => write(given, name, before, false),
    async refresh({ urn, id, inputs, outputs }: State): Promise<State> {
      const found = await resource.read({ id, inputs: encode(inputs), state: encode(outputs) }, context);
      if (!found) throw new Error("gone");
      return { urn, id: found.id ?? id, inputs: decode(found.inputs), outputs: decode(found.outputs) };
    },
    async import(id: string, name = "app"): Promise<State> {
      const found = await resource.read({ id }, context);
      if (!found) throw new Error("gone");
      return { urn: urn(name), id: found.id ?? id, inputs: decode(found.inputs), outputs: decode(found.outputs) };
    },
    delete: ({ urn, id, inputs, outputs }: State) => resource.delete({ urn, id, inputs, state: outputs }, context),
  };
}
