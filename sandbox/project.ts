/** The program as a Pulumi project in a folder of its own, so that a trial leaves the checkout as it was. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseDocument, stringify } from "yaml";
import { childEnvironment } from "./engine/environment.ts";

const root = join(import.meta.dirname, "..");

export interface Run {
  exitCode: number;
  /** Standard output and standard error as they came. */
  output: string;
}

export interface Project {
  /** Where `Pulumi.yaml` is; what a person would `cd` to. */
  directory: string;
  /** Everything that a child of this project has in its environment. */
  environment: Record<string, string>;
  /** What every `pulumi` of this project has printed so far. */
  outputs: { command: string; output: string }[];
  /** Links below `directory` to the engine's own folders. */
  linked: string[];
  /** Replaces or edits the stack's configuration. */
  configure(edit: (config: Record<string, unknown>) => void): void;
  /** `pulumi ARGUMENTS`, in the project's folder. */
  pulumi(...args: string[]): Promise<Run>;
}

export interface ProjectOptions {
  directory: string;
  stack: string;
  /** Engine and world; merged over the allow-listed environment. */
  environment: Record<string, string>;
  /** Configuration of the stack. Default: that of Pulumi.rehearsal.yaml. */
  config?: Record<string, unknown>;
  /** Text of another program, to be run in place of index.ts. */
  program?: string;
  /** Called with each piece of output as it comes. */
  onOutput?: (text: string) => void;
}

/** Makes the folder with `Pulumi.yaml`, the stack's configuration and a file backend, and creates the stack. */
export async function createProject(options: ProjectOptions): Promise<Project> {
  const { directory, stack } = options;
  const backend = join(directory, "state");
  mkdirSync(backend, { recursive: true });
  const main = options.program === undefined ? join(root, "main.mjs") : writeProgram(directory, options.program);
  writeFileSync(join(directory, "Pulumi.yaml"), relocatedProject(main));
  const stackFile = join(directory, `Pulumi.${stack}.yaml`);
  writeFileSync(stackFile, stringify({ config: options.config ?? readRehearsalConfig() }));
  const { home, linked } = ownHome(directory, options.environment.PULUMI_HOME);
  const temporary = join(directory, "tmp");
  mkdirSync(temporary, { recursive: true });
  const environment = childEnvironment({
    ...options.environment,
    // Without the files of attributes: a killed run can leave one empty, and then no later run reads the state.
    PULUMI_BACKEND_URL: `file://${backend}?metadata=skip`,
    PULUMI_HOME: home,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    TMPDIR: temporary,
  });
  const outputs: Project["outputs"] = [];
  const pulumi = async (args: string[], onOutput?: (text: string) => void) => {
    const result = await run("pulumi", args, { cwd: directory, env: environment }, onOutput);
    outputs.push({ command: args[0] ?? "", output: result.output });
    return result;
  };

  const project: Project = {
    directory,
    environment,
    outputs,
    linked,
    configure(edit) {
      // The document and not its value: the engine keeps the encryption salt in this file.
      const document = parseDocument(readFileSync(stackFile, "utf8"));
      const config = document.toJS().config as Record<string, unknown>;
      edit(config);
      document.set("config", config);
      writeFileSync(stackFile, document.toString());
    },
    pulumi: (...args) => pulumi(args, options.onOutput),
  };
  const created = await pulumi(["stack", "init", stack, "--non-interactive"]);
  if (created.exitCode !== 0) throw new Error(`pulumi stack init failed:\n${created.output}`);
  return project;
}

/** Of the stack's secrets; made up, and not empty, so that it can be searched for. */
const passphrase = "example passphrase, no <secret> & 100% made up";

/**
 * A `PULUMI_HOME` in which the engine and its plugins are those of `shared`, and logs and the choice of stacks are the
 * project's own.
 */
function ownHome(directory: string, shared: string | undefined): { home: string; linked: string[] } {
  const home = join(directory, "home");
  mkdirSync(home, { recursive: true });
  if (shared === undefined) return { home, linked: [] };
  const linked = ["plugins", "versions"].map((folder) => {
    mkdirSync(join(shared, folder), { recursive: true });
    const link = join(home, folder);
    // A junction needs no rights on Windows; elsewhere the type does not count.
    symlinkSync(join(shared, folder), link, "junction");
    return link;
  });
  return { home, linked };
}

/** The configuration of Pulumi.rehearsal.yaml. */
export function readRehearsalConfig(): Record<string, unknown> {
  return parse(readFileSync(join(root, "Pulumi.rehearsal.yaml"), "utf8")).config;
}

/** Writes a program of its own and returns its path. */
function writeProgram(directory: string, text: string): string {
  const main = join(directory, "index.ts");
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
  writeFileSync(main, text);
  return main;
}

/** Pulumi.yaml with paths that hold from any folder. */
function relocatedProject(main: string): string {
  const project = parseDocument(readFileSync(join(root, "Pulumi.yaml"), "utf8"));
  project.set("main", main);
  project.setIn(["plugins", "providers", 0, "path"], join(root, "provider"));
  return project.toString();
}

function run(
  command: string,
  args: string[],
  options: { cwd: string; env: Record<string, string> },
  onOutput?: (text: string) => void,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const take = (text: string) => {
      output += text;
      onOutput?.(text);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode: exitCode ?? 1, output }));
  });
}
