/** A running sandbox with a set-up repository, and `npm run sandbox -- do` in it. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { insert } from "../../../core/policy/edit.ts";
import { writeAssignments } from "../../../sandbox/assignments.ts";
import { doByHand } from "../../../sandbox/hand/client.ts";
import { type Hand, startHand } from "../../../sandbox/hand/server.ts";
import { addIdentity } from "../../../sandbox/tailscale/index.ts";
import { readExamplePolicy, startWorld, type World } from "../../../sandbox/world.ts";
import { wanted } from "../../engine/policy-edits.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** What `up` makes of the policy file. */
export const policy = insert(readExamplePolicy(), wanted, "claude-aperture/dev");

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Stage {
  world: World;
  hand: Hand;
  /** Of `.sandbox/env`, elsewhere. */
  assignments: string;
  directory: string;
  /** The id of a federated identity that is there from the start. */
  identity: string;
  /** With an input as a process of its own, else in this one, which is a tenth of the time. */
  doByHand(args: string[], input?: string): Promise<Outcome>;
  close(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const world = await startWorld({ policy });
  const hand = await startHand(world);
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-hand-"));
  const assignments = join(directory, "env");
  writeAssignments(assignments, { ...world.environment, ...hand.environment });
  const { id: identity } = addIdentity(world.tailscale.state, {
    subject: "repo:acme/app:pull_request",
    tags: ["tag:ci"],
    issuer: world.github.oidc.issuer,
  });
  return {
    world,
    hand,
    assignments,
    directory,
    identity,
    doByHand(args, input) {
      const whole = [...args, "--assignments", assignments];
      return input === undefined ? perform(whole) : runSandbox(["do", ...whole], {}, input);
    },
    async close() {
      await hand.close();
      await world.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function perform(args: string[]): Promise<Outcome> {
  const lines: Record<"log" | "error", string> = { log: "", error: "" };
  const spies = (["log", "error"] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((text) => {
      lines[name] += `${text}\n`;
    }),
  );
  try {
    return { code: await doByHand(args), stdout: lines.log, stderr: lines.error };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** `sandbox/main.ts` with these arguments, to its end, with an environment that names no other sandbox. */
export function runSandbox(args: string[], environment: Record<string, string> = {}, input = ""): Promise<Outcome> {
  const { SANDBOX_HAND_URL: _url, SANDBOX_HAND_TOKEN: _token, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ["sandbox/main.ts", ...args],
      { cwd: root, env: { ...inherited, ...environment } },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") reject(error);
        else resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      },
    );
    child.stdin?.end(input);
  });
}
