/** A runner with a checkout full of traps, and Claude Code in it, started as the rendered workflow starts it. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { WorkflowOptions } from "../../core/workflow/options.ts";
import { run } from "../../sandbox/engine/process.ts";
import { jobOf, options, stepOf } from "../core/workflow/workflows.ts";
import { commandLineOf } from "./arguments.ts";
import { type ClaudeCode, claudeCodeInCache } from "./claude-code.ts";
import { type Model, startModel, type ToolUse } from "./model.ts";

export type Preset = "review" | "mention";

/** What no tool may show, made up: the job's token as it stands in `.git/config` and in the environment, and other files. */
export const secrets = {
  token: "made-up-token-of-the-job",
  environment: "made-up-token-in-the-environment",
  home: "made-up-secret-of-the-home-directory",
  elsewhere: "made-up-secret-of-another-folder",
} as const;

export interface World {
  root: string;
  /** GITHUB_WORKSPACE. */
  checkout: string;
  home: string;
  /** RUNNER_TEMP. */
  temp: string;
  remove(): void;
}

/** Writes a file and the folders above it; an object as JSON. */
export function write(path: string, content: string | object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

export function createWorld(): World {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "fidelity-")));
  const [checkout, home, temp] = ["work/app/app", "home", "work/_temp"].map((path) => join(root, path)) as [
    string,
    string,
    string,
  ];
  write(join(checkout, "README.md"), "words in the open\n");
  write(join(checkout, "src/a.ts"), "export const words = 1;\n");
  // Only these are needed for a repository; `git` itself is not.
  write(join(checkout, ".git/HEAD"), "ref: refs/heads/main\n");
  write(
    join(checkout, ".git/config"),
    `[core]\n\tbare = false\n[remote "origin"]\n\turl = https://x-access-token:${secrets.token}@github.com/acme/app\n`,
  );
  for (const folder of [".git/objects", ".git/refs"]) mkdirSync(join(checkout, folder), { recursive: true });
  write(join(temp, "pull-request.diff"), "## modified src/a.ts\n+words\n");
  write(join(root, "elsewhere/file.txt"), `${secrets.elsewhere} words\n`);
  for (const file of [".netrc", ".ssh/id_ed25519", ".aws/credentials"])
    write(join(home, file), `${secrets.home} words\n`);
  write(join(root, "runner/.credentials_rsaparams"), `${secrets.home} words\n`);
  // A pull request can have symbolic links to anywhere.
  const links = {
    "link-config": ".git/config",
    "link-git": ".git",
    "link-environment": "/proc/self/environ",
    "link-file": join(root, "elsewhere/file.txt"),
    "link-folder": join(root, "elsewhere"),
    "link-home": join(home, ".netrc"),
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(checkout, name));
  return { root, checkout, home, temp, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Tools that the action allows by itself for a mention, with `use_commit_signing` (its src/modes/tag/index.ts). */
const actionsTools = {
  github_comment: ["update_claude_comment"],
  github_ci: ["get_ci_status", "get_workflow_run_details", "download_job_log"],
  github_file_ops: ["commit_files", "delete_files"],
};

/** What the action puts in front of the workflow's own arguments. */
function argumentsOfTheAction(preset: Preset): string {
  const server = (...tools: string[]) => ({
    command: process.execPath,
    args: [join(import.meta.dirname, "mcp-server.ts"), ...tools, "another_tool"],
  });
  const mcpServers =
    preset === "review"
      ? { github_inline_comment: server("create_inline_comment") }
      : Object.fromEntries(Object.entries(actionsTools).map(([name, tools]) => [name, server(...tools)]));
  const config = `--mcp-config '${JSON.stringify({ mcpServers })}'`;
  if (preset === "review") return config;
  const allowed = Object.entries(actionsTools).flatMap(([name, tools]) => tools.map((tool) => `mcp__${name}__${tool}`));
  return `${config} --permission-mode acceptEdits --allowedTools "Glob,Grep,LS,Read,${allowed.join(",")}"`;
}

/** Variables that the action sets whatever the runner has, empty unless an input gives them (its action.yml). */
const setByTheAction = {
  ANTHROPIC_API_KEY: "-",
  ...Object.fromEntries(
    [
      ...["CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_CUSTOM_HEADERS", "CLAUDE_CODE_ENABLE_TELEMETRY"],
      ...["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"],
    ].map((name) => [name, ""]),
  ),
};

export interface Start {
  world: World;
  preset?: Preset;
  /** Of the workflow, besides the defaults. */
  workflow?: Partial<WorkflowOptions>;
  /** Of the runner's own. */
  environment?: Record<string, string>;
  /** In place of the workflow's `claude_args`, and no variable of its step but the base URL: to see that a trap works. */
  unguarded?: string;
  toolUses?: readonly ToolUse[];
  prompt?: string;
  model?: Model;
  /** A folder that lies over /etc: for settings of the machine. */
  etc?: string;
  /** Variables of the step that a test shortens. */
  step?: Record<string, string>;
}

export interface Run {
  model: Model;
  exitCode: number | undefined;
  output: string;
}

let fetched: Promise<ClaudeCode> | undefined;

/** One start of Claude Code, ended after a minute with all that it started. */
export async function start(given: Start): Promise<Run> {
  const { world, preset = "review", unguarded, toolUses = [] } = given;
  fetched ??= claudeCodeInCache();
  const { executable, split } = await fetched;
  const model = given.model ?? (await startModel({ toolUses }));
  const step = stepOf(jobOf(preset, { ...options, ...given.workflow }), "Run Claude Code");
  const evaluate = (text: string) =>
    text
      .replaceAll("${{ runner.temp }}", world.temp)
      .replaceAll("${{ env.ANTHROPIC_BASE_URL }}", model.url)
      .replaceAll(`http://${options.hostname}`, model.url);
  const ofTheStep = Object.entries(unguarded === undefined ? (step.env ?? {}) : {}).map(
    ([name, value]) => [name, evaluate(value)] as const,
  );
  const args = evaluate(unguarded ?? String(step.with?.claude_args));
  const command = [
    executable,
    ...["-p", given.prompt ?? "Begin.", "--output-format", "stream-json", "--verbose"],
    ...commandLineOf(`${argumentsOfTheAction(preset)} ${args}`, split),
  ];
  const environment = {
    PATH: process.env.PATH ?? "",
    HOME: world.home,
    TMPDIR: world.temp,
    RUNNER_TEMP: world.temp,
    GITHUB_ACTIONS: "true",
    GITHUB_TOKEN: secrets.environment,
    CLAUDE_CODE_ENTRYPOINT: "claude-code-github-action",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    ANTHROPIC_BASE_URL: model.url,
    ...given.environment,
    ...setByTheAction,
    ...Object.fromEntries(ofTheStep),
    ...given.step,
  };
  const [program = "", ...rest] = given.etc === undefined ? command : overEtc(given.etc, command);
  const { exitCode, output } = await run(program, rest, {
    cwd: world.checkout,
    environment,
    limits: { totalMs: 60_000 },
  });
  if (given.model === undefined) model.close();
  if (/^(unshare|mount): /m.test(output)) throw new Error(`This machine gives no mount namespace: ${output}`);
  return { model, exitCode, output };
}

/** In a mount namespace of its own, so that nothing outside of this one process tree sees the folder. */
function overEtc(etc: string, command: readonly string[]): string[] {
  const script = `mount -t overlay overlay -o lowerdir="$0":/etc /etc && exec "$@"`;
  const asRoot = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  return ["unshare", ...asRoot, "--mount", "bash", "-c", script, etc, ...command];
}

/** Names of the files that commands of traps left in the world's folder: `touch ROOT/ran-NAME`. */
export function commandsRun({ root }: World): string[] {
  return readdirSync(root)
    .filter((name) => name.startsWith("ran-"))
    .map((name) => name.slice(4))
    .sort();
}

/** A command for a trap. */
export function leaveTrace({ root }: World, name: string): string {
  return `touch ${join(root, `ran-${name}`)}`;
}

/** A program for a trap, and for a tool that must not run. */
export function writeProgram(path: string, script: string): void {
  write(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}
