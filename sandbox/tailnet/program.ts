/** The Go program of the tailnet as a child process: JSON lines in and out, and what it wrote kept for a failure's message. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment } from "../engine/environment.ts";
import { tail } from "../engine/process.ts";
import type { Program } from "../programs.ts";
import type { FilterRule } from "../tailscale/policy/filter.ts";
import type { Registration } from "../tailscale/registration.ts";

/**
 * Left out is what dials addresses of its own accord, and no variable switches off: as soon as an answer of the relay takes more than
 * 200 ms, a node looks for a page to log in to, at Tailscale's; on a machine in a cloud it asks for that cloud's metadata.
 */
const leftOut = ["captiveportal", "cloud", "portmapper", "debugportmapper", "logtail", "netlog"];
const build = ["-ldflags=-s -w", `-tags=${leftOut.map((feature) => `ts_omit_${feature}`).join(",")}`];

/** `tailscaled` and `tailscale` come from the same module, so all are of one version. */
export const program: Program = {
  name: "tailnet",
  sources: join(import.meta.dirname, "go"),
  executables: [
    { name: "tailnet", build: [...build, "."] },
    { name: "tailscaled", build: [...build, "tailscale.com/cmd/tailscaled"] },
    { name: "tailscale", build: [...build, "tailscale.com/cmd/tailscale"] },
  ],
  usualSeconds: 180,
};

/** Without it, Tailscale's programs dial a log server when they start, and ask the router for ports. */
export const environment = { TS_NO_LOGS_NO_SUPPORT: "true", TS_DISABLE_PORTMAPPER: "true" };

/** A node, as the Go program tells it to others; names in upper case are tailcfg's. */
export interface Member {
  key: string;
  machine: string;
  node: {
    ID: number;
    StableID: string;
    Name: string;
    Addresses: string[];
    Tags: string[];
    MachineAuthorized: boolean;
    Created: string;
    KeyExpiry?: string;
  };
  user: { ID: number; LoginName: string; DisplayName: string };
  filter: FilterRule[];
  peers: number[];
}

export interface Settings {
  tailscale: string;
  domain: string;
  aperture: { hostname: string; authKey: string; url: string; secret: string };
}

/** To a registration; with neither member the node is in. */
export interface Answer {
  id: number;
  error?: string;
  /** Somebody has to log in at a web page. */
  login?: boolean;
}

export type Order = { start: Settings } | { netmap: { members: Member[]; magicDns: boolean } } | { answer: Answer };

export interface Report {
  ready?: { controlUrl: string; directory: string };
  register?: Registration & {
    id: number;
    /** In the past: a logout. Go's zero time: none. */
    expiry?: string;
  };
  online?: { key: string; online: boolean };
  failed?: string;
}

/** What a program wrote last, for the message of a failure. */
export class KeptLines {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > 500) this.#lines.shift();
  }

  last(count = 40): string {
    return tail(this.#lines.join("\n"), count);
  }
}

export class TailnetProgram {
  readonly #child: ChildProcess;
  readonly log = new KeptLines();
  readonly #ended: Promise<void>;
  /** Why it cannot be used any more. */
  #failure: Error | undefined;
  #isClosing = false;

  constructor(executable: string, onReport: (report: Report) => void, onFailure: (error: Error) => void) {
    this.#child = spawn(executable, [], { stdio: ["pipe", "pipe", "pipe"], env: childEnvironment(environment) });
    const { stdin, stdout, stderr } = this.#child;
    if (stdout) createInterface({ input: stdout }).on("line", (line) => onReport(JSON.parse(line) as Report));
    if (stderr) createInterface({ input: stderr }).on("line", (line) => this.log.add(line));
    const fail = (reason: string) => {
      if (this.#isClosing || this.#failure) return;
      this.#failure = new Error(`The tailnet's program ${reason}:\n${this.log.last()}`);
      onFailure(this.#failure);
    };
    stdin?.on("error", () => {}); // it has ended, which is reported as such
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        fail(error.message);
        resolve();
      });
      this.#child.once("close", (code, signal) => {
        fail(`has ended (${signal ?? code})`);
        resolve();
      });
    });
  }

  send(order: Order): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#child.stdin?.end();
    await this.#ended;
  }
}
