/** What is compared: this program in both scopes of an identity, the plain one, and an empty one as the floor; each as a stack ready to run. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { insert } from "../core/policy/edit.ts";
import type { Fragment } from "../core/policy/fragment.ts";
import { workflowDefaults } from "../core/workflow/options.ts";
import { claudeWorkflow } from "../core/workflow/presets.ts";
import { render } from "../core/workflow/render.ts";
import { createProject, type Project } from "../sandbox/project.ts";
import { readExamplePolicy } from "../sandbox/world.ts";

export type ProgramName = "ours" | "ours-organization" | "plain" | "plain-defaults" | "empty";

export interface Program {
  name: ProgramName;
  title: string;
  /** Largest number of repositories that it is tried with unless asked for by name. */
  upTo: number;
  /** `--parallel` of the engine; its own default when false. */
  raisesParallelism: boolean;
}

export const programs: Program[] = [
  { name: "empty", title: "empty program", upTo: Number.POSITIVE_INFINITY, raisesParallelism: true },
  { name: "ours", title: "repository scope, commit", upTo: Number.POSITIVE_INFINITY, raisesParallelism: true },
  {
    name: "ours-organization",
    title: "organization scope, central",
    upTo: Number.POSITIVE_INFINITY,
    raisesParallelism: true,
  },
  { name: "plain", title: "plain, best settings", upTo: Number.POSITIVE_INFINITY, raisesParallelism: true },
  { name: "plain-defaults", title: "plain, defaults", upTo: 10, raisesParallelism: false },
];

/** A stack of a program, and how to change its one model and the prompt of all its repositories. */
export interface Contestant {
  project: Project;
  changeModel(): void;
  changePrompt(): void;
}

export interface ContestantOptions {
  directory: string;
  /** Names without owner. */
  repositories: string[];
  /** Engine and world. */
  environment: Record<string, string>;
}

/** The change is of the grant alone: a narrower pattern would also need `--model` in every workflow file. */
const models = { first: ["anthropic/**"], second: ["anthropic/**", "bedrock/**"] };

const prompt = "Review the pull request. Look for mistakes in how errors are handled, and say nothing of style.";

export function createContestant(name: ProgramName, options: ContestantOptions): Promise<Contestant> {
  switch (name) {
    case "ours":
      return ours(options, {});
    case "ours-organization":
      return ours(options, {
        "claude-aperture:delivery": { kind: "central" },
        "claude-aperture:identity": { kind: "federated", scope: "organization" },
      });
    case "empty":
      return empty(options);
    default:
      return plain(options, name === "plain-defaults");
  }
}

async function ours(
  { directory, repositories, environment }: ContestantOptions,
  more: Record<string, unknown>,
): Promise<Contestant> {
  const project = await createProject({
    directory,
    stack: "bench",
    environment,
    config: {
      "github:owner": "acme",
      "claude-aperture:repositories": repositories,
      "claude-aperture:aperture": { device: "tag:aperture" },
      "claude-aperture:models": models.first,
      ...more,
    },
  });
  const set = (key: string, value: unknown) => () =>
    project.configure((config) => {
      config[key] = value;
    });
  return {
    project,
    changeModel: set("claude-aperture:models", models.second),
    changePrompt: set("claude-aperture:workflow", { prompt }),
  };
}

async function plain(
  { directory, repositories, environment }: ContestantOptions,
  withDefaults: boolean,
): Promise<Contestant> {
  mkdirSync(directory, { recursive: true });
  const policyFile = join(directory, "policy.hujson");
  const workflowFile = join(directory, "claude.yml");
  writeFileSync(policyFile, policyWith(models.first));
  writeFileSync(workflowFile, workflowText());
  const project = await createProject({
    directory,
    stack: "bench",
    environment,
    program: importing(join(import.meta.dirname, "plain", "index.ts")),
    config: {
      "github:owner": "acme",
      "claude-aperture:repositories": repositories,
      "claude-aperture:policyFile": policyFile,
      "claude-aperture:workflowFile": workflowFile,
      // Over those of Pulumi.yaml, which are the best ones.
      ...(withDefaults
        ? { "github:parallelRequests": false, "github:writeDelayMs": 1000, "github:readDelayMs": 0 }
        : {}),
    },
  });
  return {
    project,
    changeModel: () => writeFileSync(policyFile, policyWith(models.second)),
    changePrompt: () => writeFileSync(workflowFile, workflowText({ prompt })),
  };
}

async function empty({ directory, environment }: ContestantOptions): Promise<Contestant> {
  const project = await createProject({
    directory,
    stack: "bench",
    environment,
    program: "export {};\n",
    config: { "claude-aperture:repositories": [] },
  });
  return { project, changeModel() {}, changePrompt() {} };
}

/** A program in a folder far from node_modules: the import is resolved from where the file is. */
function importing(file: string): string {
  return `export * from ${JSON.stringify(pathToFileURL(file).href)};\n`;
}

/** The company's policy file with the same entries that claude-aperture adds to it. */
function policyWith(models: string[]): string {
  const fragment: Fragment = {
    "tag:ci": { owners: [], destinations: ["tag:aperture"], ports: ["tcp:80"], models, test: "accept" },
  };
  return insert(readExamplePolicy(), fragment, "plain/bench");
}

/** The same file that claude-aperture writes. */
function workflowText(changed: { prompt?: string } = {}): string {
  return render(
    claudeWorkflow({
      owner: "plain/bench",
      presets: ["review"],
      identity: "federated",
      hostname: "ai",
      tag: "tag:ci",
      ...workflowDefaults,
      ...changed,
    }),
  );
}
