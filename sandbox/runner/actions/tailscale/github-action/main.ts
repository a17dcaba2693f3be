/**
 * Joins the tailnet with Tailscale's own programs, as the action does. There is no TUN device and no resolver of the machine's
 * that could be changed: what follows reaches the tailnet through the job's way out, for which this writes down where the
 * `tailscaled` is. Attempts and pings that lead nowhere are not waited out in full.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ExecOutput, getExecOutput } from "@actions/exec";
import type { ActionSettings, Membership, TailnetAccess } from "../../../network/network.ts";
import * as core from "../../toolkit.ts";

/** In place of 180 s for a ping. */
const pingMs = 4000;

export async function run(settings: ActionSettings): Promise<void> {
  try {
    await connect(settings);
    // act waits for a process's children as long as they hold its output; nothing of ours does.
    process.exit(0);
  } catch (error) {
    core.setFailed(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

async function connect({ tailnet, membershipFile, egress }: ActionSettings): Promise<void> {
  const input = readInput();
  if (!tailnet) throw new Error("There is no tailnet in this world: start it with one.");
  const { folder, socket, proxy } = await startDaemon(tailnet, membershipFile);
  const cli = (args: string[], quiet = false): Promise<ExecOutput> =>
    getExecOutput(tailnet.programs.tailscale, [`--socket=${socket}`, ...args], {
      env: { ...processEnvironment(), ...tailnet.environment },
      silent: quiet,
      ignoreReturnCode: true,
    });
  await logIn(input, tailnet, cli);
  const membership: Membership = { socket, proxy };
  writeFileSync(membershipFile, JSON.stringify(membership));
  // Whatever exceptions were made for Aperture: here a proxy is the way to it.
  for (const name of ["http_proxy", "https_proxy"]) core.exportVariable(name, egress);
  for (const name of ["NO_PROXY", "no_proxy"]) core.exportVariable(name, "127.0.0.1,localhost");
  core.addPath(writeCommand(folder, socket, tailnet));
  for (const host of input.ping) await ping(host, cli);
}

interface Input {
  clientId: string;
  audience: string;
  /** Secret of an OAuth client, or an auth key. */
  key: string;
  tags: string;
  ping: string[];
  attempts: number;
}

/** The checks of the action, in its words. */
function readInput(): Input {
  const [authkey, secret, audience] = ["authkey", "oauth-secret", "audience"].map((name) => core.getInput(name));
  const [clientId, tags] = [core.getInput("oauth-client-id"), core.getInput("tags")];
  if (!(authkey || secret || (audience && clientId && tags))) {
    throw new Error(
      "Please provide either an auth key, OAuth secret and tags, or federated identity client ID and audience with tags.",
    );
  }
  if (secret && !audience && !tags) throw new Error("the tags parameter is required when using an OAuth client");
  return {
    clientId,
    audience: audience ?? "",
    key: authkey || secret || "",
    tags,
    // Split and not trimmed, as there.
    ping: core.getInput("ping").split(",").filter(Boolean),
    attempts: Number(core.getInput("retry")),
  };
}

async function startDaemon({ programs, environment }: TailnetAccess, membershipFile: string) {
  // Of the job, and as short as can be, since a socket's path may have a hundred characters.
  const folder = mkdtempSync(join(dirname(membershipFile), "ts"));
  const [socket, log] = [join(folder, "s"), join(folder, "log")];
  core.info("Starting tailscaled");
  const output = openSync(log, "a");
  const daemon = spawn(
    programs.tailscaled,
    [
      ...["--tun=userspace-networking", "--state=mem:", `--statedir=${folder}`, `--socket=${socket}`, "--port=0"],
      "--outbound-http-proxy-listen=127.0.0.1:0",
    ],
    { detached: true, stdio: ["ignore", output, output], env: { ...processEnvironment(), ...environment } },
  );
  // Before anything can fail, or nobody would ever stop it.
  core.saveState("daemon", JSON.stringify({ pid: daemon.pid, socket, tailscale: programs.tailscale, environment }));
  daemon.unref();
  return { folder, socket, proxy: await findProxy(daemon, log) };
}

async function findProxy(daemon: ChildProcess, log: string): Promise<string> {
  for (let waited = 0; waited < 20_000 && daemon.exitCode === null; waited += 20) {
    const [, proxy] = /HTTP proxy listening on (127\.0\.0\.1:\d+)/.exec(readFileSync(log, "utf8")) ?? [];
    if (proxy) return proxy;
    await sleep(20);
  }
  throw new Error(`tailscaled did not start:\n${readFileSync(log, "utf8").slice(-2000)}`);
}

type Cli = (args: string[], quiet?: boolean) => Promise<ExecOutput>;

async function logIn(input: Input, { controlUrl }: TailnetAccess, cli: Cli): Promise<void> {
  const { GITHUB_RUN_ID, RUNNER_NAME = "" } = process.env;
  const hostname =
    core.getInput("hostname") || `github-${RUNNER_NAME.toLowerCase().replace(/\W+/g, "-")}-${GITHUB_RUN_ID}`;
  const args = [
    ...[
      "up",
      `--login-server=${controlUrl}`,
      `--hostname=${hostname}`,
      "--accept-routes",
      `--timeout=${core.getInput("timeout")}`,
    ],
    ...(input.tags ? [`--advertise-tags=${input.tags}`] : []),
    ...(await credential(input, controlUrl)),
  ];
  for (let attempt = 1; ; attempt++) {
    core.info(`Attempt ${attempt} to bring up Tailscale...`);
    const { exitCode } = await cli(args);
    if (exitCode === 0) return;
    core.error(`sudo failed with exit code ${exitCode}`);
    if (attempt >= input.attempts) throw new Error(`sudo failed with exit code ${exitCode}`);
    core.info(`Tailscale up failed, retrying in ${attempt * 5} seconds...`);
  }
}

async function credential({ clientId, audience, key }: Input, controlUrl: string): Promise<string[]> {
  const options = "preauthorized=true&ephemeral=true";
  if (audience) {
    const token = await core.getIDToken(audience).catch((error: Error) => {
      throw new Error(error.message);
    });
    core.setSecret(token);
    return [`--client-id=${clientId}?${options}`, `--id-token=${token}`];
  }
  if (key.startsWith("tskey-auth-")) return [`--authkey=${key}`];
  return [`--authkey=${key}?${options}&baseURL=${controlUrl}`];
}

async function ping(host: string, cli: Cli): Promise<void> {
  core.info(`Pinging host ${host}...`);
  const end = Date.now() + pingMs;
  while (Date.now() < end) {
    const { exitCode, stdout } = await cli(["ping", "-c", "1", "--timeout=2s", host]);
    // An answer by the relay counts, though the command is not content with it.
    if (exitCode === 0 || /^pong from /m.test(stdout)) return core.info(`✅ Ping host ${host} responded`);
    await sleep(300);
  }
  throw new Error(`❌ Ping host ${host} did not respond`);
}

/** `tailscale` for the steps that follow. */
function writeCommand(folder: string, socket: string, { programs, environment }: TailnetAccess): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const variables = Object.entries(environment).map(([name, value]) => `${name}='${value}'`);
  const script = `#!/bin/sh\nexec env ${variables.join(" ")} '${programs.tailscale}' '--socket=${socket}' "$@"\n`;
  writeFileSync(join(bin, "tailscale"), script);
  chmodSync(join(bin, "tailscale"), 0o755);
  return bin;
}

const processEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
