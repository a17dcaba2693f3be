/** Runs `run` steps of a delivered workflow as a runner does: bash, the step's own environment, files for outputs. */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jobOf, stepOf } from "./workflows.ts";

export interface Outcome {
  status: number | null;
  /** Standard output and error. */
  log: string;
  summary: string;
  output: string;
}

export class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), "workflow-steps-"));
  readonly bin = join(this.folder, "bin");
  readonly event = join(this.folder, "event.json");
  readonly executionFile = join(this.folder, "claude-execution-output.json");

  constructor() {
    mkdirSync(this.bin);
    symlinkSync(process.execPath, join(this.bin, "node"));
    this.program("sleep", "exit 0");
  }

  /** Puts a program in front of the machine's own. */
  program(name: string, text: string): void {
    const path = join(this.bin, name);
    rmSync(path, { force: true });
    writeFileSync(path, `#!/bin/bash\n${text}\n`);
    chmodSync(path, 0o755);
  }

  /** @param path default: the test's programs, then the machine's. */
  async run(preset: "review" | "mention", step: string, env: Record<string, string>, path?: string): Promise<Outcome> {
    const { run = "", env: own = {} } = stepOf(jobOf(preset), step);
    const script = join(this.folder, "script.sh");
    const [summary, output] = ["summary", "output"].map((name) => join(this.folder, name)) as [string, string];
    writeFileSync(script, run);
    writeFileSync(summary, "");
    writeFileSync(output, "");
    const constants = Object.entries(own).filter(([, value]) => !value.includes("${{"));
    // As actions/runner starts `shell: bash`.
    const child = spawn("/bin/bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
      cwd: this.folder,
      env: {
        PATH: path ?? `${this.bin}:${process.env.PATH}`,
        ANTHROPIC_BASE_URL: "http://ai",
        GITHUB_ACTOR: "alice",
        GITHUB_EVENT_NAME: preset === "review" ? "pull_request" : "issue_comment",
        GITHUB_EVENT_PATH: this.event,
        GITHUB_OUTPUT: output,
        GITHUB_REPOSITORY: "acme/app",
        GITHUB_STEP_SUMMARY: summary,
        RUNNER_TEMP: this.folder,
        ...Object.fromEntries(constants),
        ...env,
      },
    });
    let log = "";
    child.stdout.on("data", (chunk) => {
      log += chunk;
    });
    child.stderr.on("data", (chunk) => {
      log += chunk;
    });
    const status = await new Promise<number | null>((resolve, reject) =>
      child.on("error", reject).on("close", resolve),
    );
    return { status, log, summary: readFileSync(summary, "utf8"), output: readFileSync(output, "utf8") };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

export interface Answers {
  url: string;
  requests: { path: string; headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

/** Answers each path with a status and a body; `undefined` leaves the request without an answer, other paths are 404. */
export async function answer(routes: Record<string, { status: number; body?: string } | undefined>): Promise<Answers> {
  const requests: Answers["requests"] = [];
  const server = createServer(({ url = "", headers }, response) => {
    requests.push({ path: url, headers });
    if (url in routes && routes[url] === undefined) return;
    const { status, body = "" } = routes[url] ?? { status: 404 };
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
