/** Runs `run` steps of a delivered workflow as a runner does: bash, the step's own environment, files for outputs. */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jobOf, stepOf } from "./workflows.ts";

export interface Outcome {
  status: number | null;
  /** Standard output and error. */
  log: string;
  /** Variables for the steps that follow, in the order in which they were set. */
  exported: string[];
}

export class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), "workflow-steps-"));
  readonly bin = join(this.folder, "bin");
  /** In place of /var/run/tailscale/tailscaled.sock. */
  readonly socket = join(this.folder, "tailscaled.sock");

  constructor() {
    mkdirSync(this.bin);
    this.program("sleep", "exit 0");
    this.program("sudo", "exit 0");
  }

  /** Puts a program in front of the machine's own. */
  program(name: string, text: string): void {
    const path = join(this.bin, name);
    rmSync(path, { force: true });
    writeFileSync(path, `#!/bin/bash\n${text}\n`);
    chmodSync(path, 0o755);
  }

  async run(step: string, env: Record<string, string | undefined> = {}): Promise<Outcome> {
    const { run = "", env: own = {} } = stepOf(jobOf("review"), step);
    const script = join(this.folder, "script.sh");
    const exported = join(this.folder, "exported");
    writeFileSync(script, run.replaceAll("/var/run/tailscale/tailscaled.sock", this.socket));
    writeFileSync(exported, "");
    // As actions/runner starts `shell: bash`.
    const child = spawn("/bin/bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
      cwd: this.folder,
      env: {
        PATH: `${this.bin}:${process.env.PATH}`,
        HOME: this.folder,
        RUNNER_OS: "Linux",
        ANTHROPIC_BASE_URL: "http://ai",
        GITHUB_ENV: exported,
        ...own,
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
    return { status, log, exported: readFileSync(exported, "utf8").split("\n").slice(0, -1) };
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
    const { status, body = "" } = routes[url] ?? { status: 404, body: "not found" };
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
