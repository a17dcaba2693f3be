/** A machine on the tailnet: `tailscaled` without root, whose HTTP proxy leads to the other nodes. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { childEnvironment } from "../engine/environment.ts";
import { run, tail } from "../engine/process.ts";
import type { Tailnet } from "./index.ts";
import { KeptLines } from "./program.ts";

export interface NodeOptions {
  hostname: string;
  /** How it says who it is: arguments of `tailscale up` beside the server's and the name's. See `joinArguments`. */
  as: readonly string[];
  /**
   * Whether its key is in memory only, as with tailscale/github-action. Such a device is ephemeral, and a `tailscaled` that is
   * asked to end logs out first. Default true.
   */
  inMemory?: boolean;
}

export interface TailnetNode {
  /** For `http_proxy`: `http://127.0.0.1:<port>`. */
  proxy: string;
  /** Runs `tailscale` with these arguments; throws an Error with its output where it fails. */
  cli(...args: string[]): Promise<string>;
  /** The last lines of `tailscaled`. */
  log(): string;
  /** Ends the program at once, as when a machine is switched off: nobody logs out. */
  kill(): Promise<void>;
  /** Ends the program. */
  close(): Promise<void>;
}

/** How one joins: as tailscale/github-action v4 calls `tailscale up`, and by an auth key. */
export const joinArguments = {
  /** By the secret of an OAuth client; `baseURL` leads its request for an auth key to the stand-in. */
  client: ({ controlUrl }: Pick<Tailnet, "controlUrl">, secret: string, ...tags: string[]): string[] => [
    `--authkey=${secret}?preauthorized=true&ephemeral=true&baseURL=${controlUrl}`,
    ...asTags(tags),
  ],
  /** By an OIDC token, as a federated identity. */
  identity: (clientId: string, idToken: string, ...tags: string[]): string[] => [
    `--client-id=${clientId}?preauthorized=true&ephemeral=true`,
    `--id-token=${idToken}`,
    ...asTags(tags),
  ],
  key: (authKey: string, ...tags: string[]): string[] => [`--authkey=${authKey}`, ...asTags(tags)],
};

const asTags = (tags: readonly string[]): string[] => (tags.length > 0 ? [`--advertise-tags=${tags.join(",")}`] : []);

/**
 * Joins the tailnet. Programs and folders of a node that could not join, or that is closed, are gone.
 *
 * @throws an Error with what `tailscale up` wrote, or why the tailnet has ended
 */
export async function joinTailnet(tailnet: Tailnet, options: NodeOptions): Promise<TailnetNode> {
  const folder = await mkdtemp(join(tailnet.directory, "node-")).catch(async (error) => {
    throw existsSync(tailnet.directory) ? error : await tailnet.failure;
  });
  const daemon = new Daemon(tailnet, folder, options.inMemory ?? true);
  const environment = childEnvironment(tailnet.environment);
  const cli = async (...args: string[]) => {
    const outcome = await run(tailnet.programs.tailscale, [`--socket=${daemon.socket}`, ...args], { environment });
    if (outcome.exitCode === 0) return outcome.output;
    throw new Error(`tailscale ${args[0]} failed:\n${tail(outcome.output)}`);
  };
  const end = async (signal: NodeJS.Signals) => {
    await daemon.end(signal);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const proxy = await daemon.proxy;
    // `tailscale up` would wait for ever for a control server that is gone.
    const failed = tailnet.failure.then((error) => Promise.reject(error));
    const up = ["up", `--login-server=${tailnet.controlUrl}`, `--hostname=${options.hostname}`, ...options.as];
    await Promise.race([cli(...up), failed]);
    return {
      proxy: `http://${proxy}`,
      cli,
      log: () => daemon.log.last(),
      kill: () => end("SIGKILL"),
      close: () => end("SIGTERM"),
    };
  } catch (error) {
    await end("SIGKILL");
    throw error;
  }
}

class Daemon {
  /** Of at most 100 characters, which is what systems take. */
  readonly socket: string;
  /** Its host and port. */
  readonly proxy: Promise<string>;
  readonly log = new KeptLines();
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor({ programs, environment }: Tailnet, folder: string, inMemory: boolean) {
    this.socket = join(folder, "s");
    const child = spawn(
      programs.tailscaled,
      [
        "--tun=userspace-networking",
        inMemory ? "--state=mem:" : `--state=${join(folder, "state")}`,
        `--statedir=${folder}`,
        `--socket=${this.socket}`,
        "--port=0",
        "--outbound-http-proxy-listen=127.0.0.1:0",
      ],
      // It ends when the pipe does, however this process ends (tailscale.com, cmd/tailscaled).
      {
        stdio: ["ignore", "ignore", "pipe", "pipe"],
        env: childEnvironment({ ...environment, TS_PARENT_DEATH_FD: "3" }),
      },
    );
    this.#child = child;
    const { stderr } = child;
    this.#ended = new Promise((resolve) => {
      child.once("error", () => resolve());
      child.once("close", () => resolve());
    });
    this.proxy = new Promise((resolve, reject) => {
      if (stderr)
        createInterface({ input: stderr }).on("line", (line) => {
          this.log.add(line);
          const [, address] = /HTTP proxy listening on (\S+)/.exec(line) ?? [];
          if (address) resolve(address);
        });
      child.once("error", reject);
      child.once("close", () => reject(new Error(`tailscaled has ended:\n${this.log.last()}`)));
    });
    this.proxy.catch(() => {}); // whoever waits hears of it
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await this.#ended;
  }
}
