/** The workflow file of one stack in one repository, run by run, with the state that an engine would keep. */
import type { PropertyValue } from "../../provider/structs.ts";
import type { GitHubOptions, RepositoryOptions } from "../../sandbox/github/index.ts";
import { noticeWorkflows } from "../../sandbox/github/workflows.ts";
import { inputsOf, path, type State, startPlace } from "./workflow-files.ts";

export { path };
export const branch = "claude-aperture/acme-prod/claude.yml";
export const removalBranch = "claude-aperture/acme-prod/remove/claude.yml";

export type Delivery = { kind: "commit" | "pull-request" | "output"; [key: string]: PropertyValue };

/** What a program gives for `acme/app`; the text changes with `timeoutMinutes`. */
export type Wish = { delivery?: Delivery; timeoutMinutes?: number; path?: string; adopt?: boolean };

/** `acme/app` at GitHub, and a stack that keeps a state. */
export async function startRepository(
  options: Omit<RepositoryOptions, "name"> = {},
  more: Partial<GitHubOptions> = {},
) {
  const place = await startPlace({ repositories: [{ name: "acme/app", ...options }], ...more });
  const { name: _, ...github } = place;
  const repository = place.repository();
  const logged: string[] = [];
  let state: State | undefined;
  // A process that is killed sends nothing again; here its client lives on, and would.
  const retryPause = 1000;
  let engine = place.startEngine({}, retryPause);

  const begin = () => {
    logged.length = 0;
    engine = place.startEngine({}, retryPause);
  };
  const end = () => {
    logged.push(...engine.logged.map(({ severity, message }) => `${severity}: ${message}`), ...engine.told);
  };
  const run = async (wish: Wish, isPreview: boolean) => {
    begin();
    try {
      // What `refresh_before_update` has the engine do. A preview keeps nothing of it.
      const before = state && (await engine.refresh(state));
      const given = inputsOf(place, { owner: "acme/prod", delivery: { kind: "pull-request" }, ...wish });
      const changes = before ? await engine.diff(before, given) : ["create"];
      const after =
        before && changes.length === 0 ? before : await (isPreview ? engine.preview : engine.up)(given, before);
      if (!isPreview) state = after;
      return { changes, blob: before?.inputs.blob };
    } finally {
      end();
    }
  };

  return {
    github,
    repository,
    git: repository.git,
    /** What the last run has told. */
    logged,
    /** Outputs as they stand in the state. */
    outputs: () => state?.outputs,
    /** The paths that changed, and what the refresh said of the text. */
    up: (wish: Wish = {}) => run(wish, false),
    preview: (wish: Wish = {}) => run(wish, true),
    async destroy() {
      begin();
      try {
        if (state) await engine.delete(await engine.refresh(state));
        state = undefined;
      } finally {
        end();
      }
    },
    /** The process ends a moment from now, when what it has asked for last was answered. */
    kill: () => setTimeout(() => engine.cancel(), 60),
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
    text: (name = "main", file = path) => place.text(file, name),
    /** `#1 open claude.yml -> main` */
    pulls: () =>
      repository.pulls.map(
        ({ number, state, merged, head, base }) =>
          `#${number} ${merged ? "merged" : state} ${head.replace("claude-aperture/acme-prod/", "")} -> ${base}`,
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
