/** The delivered caller and its central file, and a pull request that edits the workflow to reach further, with both deliveries. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CentralFile, keyOfCall, renderWorkflowFile } from "../../../core/workflow/file.ts";
import { nameSecrets } from "../../../core/workflow/options.ts";
import { listPermissions } from "../../../core/workflow/presets.ts";
import { openPullAs, pushCommit } from "../../../sandbox/github/index.ts";
import { options } from "../../core/workflow/workflows.ts";
import { oneJob, resultsOf } from "./small.ts";
import { commentsOn, deliver, giveIdentity, type Stage, startStage, workflowPath } from "./stage.ts";

const central: CentralFile = { repository: "acme/.github", path: ".github/workflows/claude-acme.yml", branch: "main" };

/** What somebody with write access could put in the place of the delivered file. */
function attack(clientId: string, audience: string): string {
  const join = {
    uses: "tailscale/github-action@v4",
    with: {
      "oauth-client-id": `\${{ secrets.${clientId} }}`,
      audience: `\${{ secrets.${audience} }}`,
      tags: "tag:ci",
      retry: "1",
    },
  };
  return oneJob(
    [join, { name: "Ask", run: "curl -sS http://ai/v1/models" }, { name: "Look around", run: "curl -sS http://db/" }],
    {
      on: { pull_request: null },
      permissions: { "id-token": "write" },
    },
  );
}

describe("with a central file", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage({ repositories: ["acme/app", { name: "acme/.github", actionsAccess: "organization" }] });
    const { repository, world } = stage;
    const { presets, identity } = options;
    const shared = renderWorkflowFile({ role: "central", ...options, path: central.path });
    const caller = renderWorkflowFile({
      role: "caller",
      owner: options.owner,
      path: workflowPath,
      presets,
      identity,
      scope: "repository",
      central,
      permissions: listPermissions({ presets, identity }),
    });
    const names = nameSecrets(identity, keyOfCall(central));
    giveIdentity(world, repository, { presets, runsOn: options.runsOn, workflowPath, central }, names);
    pushCommit(world.github.state.repository("acme/.github"), "main", { [central.path]: shared });
    pushCommit(repository, "main", { [workflowPath]: caller });
    await stage.newRuns();
  });

  afterAll(() => stage?.close());

  test("a pull request is reviewed by the called job", async () => {
    const pull = openPullAs(stage.repository, { author: "alice", files: { "src/sum.ts": "1\n" } });
    const [run] = await stage.newRuns();
    expect(run?.jobs.flatMap(({ annotations }) => annotations)).toEqual([]);
    expect(resultsOf(run)).toEqual({ "claude / Claude review": "success" });
    expect(commentsOn(stage.repository, pull)).toEqual([expect.stringContaining("src/sum.ts")]);
    expect(stage.world.aperture.log.at(-1)).toMatchObject({
      tags: ["tag:ci"],
      repository: "acme/app",
      run: String(run?.id),
    });
  });

  test("a pull request of a fork is skipped and not red", async () => {
    openPullAs(stage.repository, { author: "forker", fork: true });
    const [run] = await stage.newRuns();
    expect([run?.conclusion, resultsOf(run)]).toEqual(["skipped", { "claude / Claude review": "skipped" }]);
  });

  test("a pull request that edits the caller gets nowhere: Tailscale refuses its token", async () => {
    const { clientId, audienceOrSecret } = nameSecrets(options.identity, keyOfCall(central));
    openPullAs(stage.repository, {
      author: "alice",
      head: "edited",
      files: { [workflowPath]: attack(clientId, audienceOrSecret) },
    });
    const [run] = await stage.newRuns();
    expect(run?.conclusion).toBe("failure");
    expect(run?.jobs[0]?.log).toContain("token exchange failed with status 403");
    expect(run?.jobs[0]?.steps.find(({ name }) => name === "Ask")?.conclusion).toBe("skipped");
    expect(stage.world.runner.bypasses).toEqual([]);
  });
});

test("without one, it joins as the tag, and reaches Aperture and nothing else", async () => {
  const stage = await startStage();
  try {
    deliver(stage);
    await stage.newRuns();
    openPullAs(stage.repository, {
      author: "alice",
      head: "edited",
      files: { [workflowPath]: attack("TS_OAUTH_CLIENT_ID", "TS_AUDIENCE") },
    });
    const [run] = await stage.newRuns();
    const conclusions = Object.fromEntries(
      (run?.jobs[0]?.steps ?? []).map(({ name, conclusion }) => [name, conclusion]),
    );
    expect(conclusions).toMatchObject({ Ask: "success", "Look around": "failure" });
    expect(stage.world.runner.bypasses).toEqual([expect.objectContaining({ host: "db", step: "Look around" })]);
  } finally {
    await stage.close();
  }
});
