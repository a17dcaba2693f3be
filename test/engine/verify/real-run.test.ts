/** `--open-pull-request` where the delivered workflow is really run, and verify looks on from a machine in the tailnet. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { verify } from "../../../commands/verify/run.ts";
import type { Project } from "../../../sandbox/project.ts";
import { joinArguments, joinTailnet, type TailnetNode } from "../../../sandbox/tailnet/node.ts";
import { createKey, owner, savePolicy } from "../../../sandbox/tailscale/index.ts";
import { startWorld, type World } from "../../../sandbox/world.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { expectNoLeak } from "../secrecy.ts";
import { oneRepository, projectIn, succeed } from "../support.ts";
import { findFaults, nameFault, type Verified } from "./verified.ts";

const policy = `{
	"tagOwners": {"tag:aperture": []},
	"grants": [
		// People look at the dashboard.
		{"src": ["autogroup:member"], "dst": ["tag:aperture"], "ip": ["tcp:80"]},
	],
}
`;

let world: World;
let project: Project;
let laptop: TailnetNode;
const directory = mkdtempSync(join(tmpdir(), "claude-aperture-real-"));

beforeAll(async () => {
  world = await startWorld({ repositories: ["acme/app"], policy, runner: true });
  project = await projectIn(directory, world, { inline: claudeAperture, config: oneRepository });
  await succeed(project, "up");
  const { tailnet, tailscale } = world;
  if (!tailnet) throw new Error("no tailnet");
  const capabilities = { devices: { create: { reusable: false, ephemeral: true, preauthorized: true, tags: [] } } };
  const { secret = "" } = createKey(
    tailscale.state,
    { kind: "user", userId: owner.userId },
    { keyType: "auth", description: "laptop", expirySeconds: 3600, capabilities },
  );
  laptop = await joinTailnet(tailnet, { hostname: "laptop", as: joinArguments.key(secret) });
});
afterAll(async () => {
  await laptop?.close();
  if (project) await expectNoLeak(world, [project]);
  await world?.close();
  rmSync(directory, { recursive: true, force: true });
});

async function tryReview(): Promise<Verified & { stderr: string }> {
  let [stdout, stderr] = ["", ""];
  const exitCode = await verify(["--stack", "test", "--json", "--open-pull-request", "app"], {
    ...{
      directory: project.directory,
      environment: { ...project.environment, HTTP_PROXY: laptop.proxy },
      pauseMs: 200,
    },
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  project.outputs.push({ command: "verify", output: stdout + stderr });
  return { ...JSON.parse(stdout), exitCode, stderr };
}

it("a review comes, through Aperture, and every check can be made", async () => {
  const repository = world.github.state.repository("acme/app");
  const verified = await tryReview();
  expect(findFaults(verified), verified.stderr).toEqual([]);
  expect(verified).toMatchObject({ exitCode: 0, answer: "1 repository: 1 works" });
  const ok = verified.checks.filter(({ status }) => status === "ok").map(({ id }) => id);
  expect(ok).toEqual(expect.arrayContaining(["followed-run", "inside-models", "inside-default-grant", "inside-log"]));
  const pull = repository.pulls.at(-1);
  expect(pull).toMatchObject({ state: "closed", merged: false });
  expect(pull?.comments.map(({ body }) => body)).toEqual([expect.stringContaining("Claude's review of")]);
  expect([...repository.git.branches.keys()]).toEqual(["main"]);
});

it("the role is taken out of the grant by hand: the run is red with the reason, and the policy file is named", async () => {
  const { state } = world.tailscale;
  const whole = state.policy;
  savePolicy(state, whole.replace(/\s*\{\s*"role": "user",?\s*\},?/, ""));
  const verified = await tryReview();
  const named = findFaults(verified).map(nameFault);
  expect(named).toEqual(["policy-role", "followed-run"]);
  const followed = verified.checks.find(({ id, status }) => id === "followed-run" && status === "broken");
  expect(followed?.reason).toContain("its grant lacks the role user");
  await succeed(project, "up", "--refresh");
  expect(findFaults(await tryReview())).toEqual([]);
});
