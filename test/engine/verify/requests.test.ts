/** How many requests `npm run verify` makes, by the journals of the services. */
import { beforeAll, describe, expect, it } from "vitest";
import { addJob, complete, startRun } from "../../../sandbox/github/actions/runs.ts";
import { openPullAs } from "../../../sandbox/github/authors.ts";
import type { Repository } from "../../../sandbox/github/index.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { sharedStage } from "../shared-stage.ts";
import { succeed } from "../support.ts";
import { findFaults, verifyIn } from "./verified.ts";

const names = Array.from({ length: 12 }, (_, index) => `app-${index}`);
/** Its workflow is written by hand, its secrets are gone, and its last run is red. */
const broken = names[7] as string;

const stage = sharedStage({
  inline: claudeAperture,
  repositories: names.map((name) => `acme/${name}` as const),
  config: {
    "github:owner": "acme",
    "claude-aperture:aperture": { device: "tag:aperture" },
    "claude-aperture:repositories": names,
  },
});

beforeAll(async () => {
  await succeed(stage.project, "up");
});

const repositoryOf = (name: string): Repository => stage.world.github.state.repository(`acme/${name}`);

function addRun(name: string, conclusion: "success" | "failure"): void {
  const repository = repositoryOf(name);
  const { headSha, head } = openPullAs(repository, { author: "alice", head: `change-${repository.pulls.length}` });
  const run = startRun(stage.world.github.state, repository, {
    ...{ path: ".github/workflows/claude.yml", name: "Claude Code", event: "pull_request", actor: "alice" },
    ...{ headSha, headBranch: head },
  });
  const job = addJob(stage.world.github.state, run, "Claude review");
  job.steps.push({ number: 1, name: "Run Claude Code", status: "completed", conclusion });
  complete(job, conclusion);
  complete(run, conclusion);
}

/** What one look asks: of GitHub by repository and for all, and of Tailscale. */
async function count() {
  const { github, tailscale } = stage.world;
  const before = { github: github.journal.length, tailscale: tailscale.journal.length };
  const verified = await verifyIn(stage.project, "--stack", "test");
  const asked = github.journal.slice(before.github);
  const own = asked.filter(({ path }) => path.includes("/repos/"));
  return {
    verified,
    ofRepository: (name: string) =>
      own.filter(({ path }) => path.includes(`/repos/acme/${name}/`)).map(({ path }) => path),
    // What a query asks for at its top, or the path.
    shared: asked
      .filter((one) => !own.includes(one))
      .map(({ operations, path }) => [...new Set(operations ?? [path.replace(/\d+/g, "{id}")])].join())
      .toSorted(),
    tailscale: tailscale.journal.slice(before.tailscale).map(({ path }) => path),
  };
}

describe("requests", () => {
  it("are three for each repository that works, and a few for all", async () => {
    for (const name of names) addRun(name, "success");
    const { verified, ofRepository, shared, tailscale } = await count();
    expect(verified).toMatchObject({ answer: "12 repositories: 12 work", exitCode: 0 });
    for (const name of names) expect(ofRepository(name)).toHaveLength(3);
    // Repositories, settings files and runs, of fifty at once.
    expect(shared).toEqual(["nodes", "nodes", "repository"]);
    expect(tailscale).toHaveLength(4);
  });

  it("are at most four more for one that is broken", async () => {
    const repository = repositoryOf(broken);
    addRun(broken, "failure");
    repository.git.commit("main", {
      files: { ".github/workflows/claude.yml": "on: pull_request\njobs: { test: { runs-on: ubuntu-latest } }\n" },
      message: "Try something",
      author: { name: "Alice", email: "alice@example.com", date: "2026-11-26T00:00:00Z" },
    });
    for (const name of ["TS_OAUTH_CLIENT_ID", "TS_AUDIENCE"]) repository.secrets.delete(name);
    repository.actions.allowedActions = "selected";
    const { verified, ofRepository, shared, tailscale } = await count();
    const ids = findFaults(verified).map(({ id, repository }) => `${repository} ${id}`);
    expect(ids).toContain(`acme/${broken} secrets-present`);
    expect(ids).toContain(`acme/${broken} workflow-as-delivered`);
    expect(ids).toContain(`acme/${broken} repository-allowed-actions`);
    expect(ids.filter((id) => !id.startsWith(`acme/${broken} `))).toEqual([]);
    expect(ofRepository(broken).length).toBeLessThanOrEqual(7);
    for (const name of names.filter((one) => one !== broken)) expect(ofRepository(name)).toHaveLength(3);
    // And the text of its file, and the log of its run, which GitHub keeps elsewhere.
    expect(shared).toEqual([expect.stringContaining("/logs"), "nodes", "nodes", "nodes", "repository"]);
    expect(tailscale).toHaveLength(4);
  });
});
