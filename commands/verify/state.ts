/** The stack's state, as the engine exports it: secrets stay encrypted in it. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { promisify } from "node:util";
import type { z } from "zod";
import type { Unread } from "../../core/checks/facts.ts";
import { exportedStack } from "../../core/checks/setup.ts";

const run = promisify(execFile);

export type Exported = z.infer<typeof exportedStack>;

/** Asks the engine on PATH. */
export class Engine {
  readonly #directory: string;
  readonly #environment: Record<string, string | undefined>;

  constructor(directory: string, environment: Record<string, string | undefined>) {
    this.#directory = directory;
    this.#environment = { ...environment, PATH: withoutPackages(environment.PATH ?? "") };
  }

  /** The name of the selected stack, with project and organisation where `pulumi` says them. */
  async findSelectedStack(): Promise<string | Unread> {
    const said = await this.#run(["stack", "--show-name", "--non-interactive"]);
    if (typeof said !== "string") return said;
    return said.trim() || { unread: "No stack is selected. Name one: --stack NAME." };
  }

  async exportState(stack: string): Promise<Exported | Unread> {
    const said = await this.#run(["stack", "export", "--stack", stack, "--non-interactive"]);
    return typeof said === "string" ? parseExport(said) : said;
  }

  async #run(args: string[]): Promise<string | Unread> {
    try {
      const { stdout } = await run("pulumi", args, {
        cwd: this.#directory,
        env: this.#environment,
        maxBuffer: 1 << 30,
      });
      return stdout;
    } catch (error) {
      return { unread: `\`pulumi ${args.slice(0, 2).join(" ")}\` failed: ${describe(error)}` };
    }
  }
}

/** What `pulumi stack export` printed into a file. */
export function readExport(path: string): Exported | Unread {
  try {
    return parseExport(readFileSync(path, "utf8"));
  } catch (error) {
    return { unread: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function parseExport(text: string): Exported | Unread {
  try {
    return exportedStack.parse(JSON.parse(text));
  } catch {
    return { unread: "What `pulumi stack export` printed is not the state of a stack." };
  }
}

/** Without the `pulumi` of our own packages, which would download an engine of its own. */
export function withoutPackages(path: string): string {
  const own = join("node_modules", ".bin");
  return path
    .split(delimiter)
    .filter((folder) => folder !== own && !folder.endsWith(`${sep}${own}`))
    .join(delimiter);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "ENOENT") return "there is no `pulumi` on PATH.";
  const said = "stderr" in error ? String(error.stderr).trim() : "";
  return (said || error.message).split("\n").slice(0, 3).join(" ");
}
