/** Deliveries by pull request on the real engine: what a company with protected branches sees, from the first run to the last. */
import { describe, expect, it } from "vitest";
import { closePull, mergePull, pushCommit } from "../../sandbox/github/index.ts";
import { fileText, listCredentials, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { workflowPath } from "./faults.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { oneRepository, type Stage, stage, succeed } from "./support.ts";

const byPullRequest = { ...oneRepository, "claude-aperture:delivery": { kind: "pull-request", labels: ["ci"] } };
const isProtected = { requiredReviews: 1, enforceAdmins: true } as const;

async function output(project: Stage["project"], name: string): Promise<unknown> {
  const { output: json } = await project.pulumi("stack", "output", "--json");
  return (JSON.parse(json) as Record<string, unknown>)[name];
}

const pulls = ({ world }: Stage, slug = "acme/app") =>
  world.github.state
    .repository(slug)
    .pulls.map(({ number, state, merged, title }) => `#${number} ${merged ? "merged" : state} ${title}`);

const added = "Let Claude Code work in pull requests, through Aperture";

describe("a repository whose default branch takes no commits", () => {
  it("gets a pull request, waits for it, is set up with the merge, and goes with another one", async () => {
    const set = await stage({
      inline: claudeAperture,
      repositories: [{ name: "acme/app", protection: isProtected }],
      config: byPullRequest,
    });
    const { world, project } = set;
    const app = world.github.state.repository("acme/app");

    expect(await succeed(project, "preview")).toContain("opens a pull request to main of acme/app");
    const first = await succeed(project, "up");
    expect(first).toContain("waiting for acme/app#1");
    expect(pulls(set)).toEqual([`#1 open ${added}`]);
    expect(app.pulls[0]?.labels).toEqual(["ci"]);
    // The credential exists already: merging is all that is left.
    expect([secretNames(world, "acme/app").length, listCredentials(world).length]).toEqual([2, 1]);
    expect(await output(project, "waiting")).toEqual({ "acme/app": "waiting for acme/app#1" });
    expect(await output(project, "next")).toContain(
      "Merge the pull requests of the output `waiting`, then run `pulumi up` again.",
    );
    await succeed(project, "preview", "--expect-no-changes");

    mergePull(app, 1, { method: "squash", deleteBranch: true });
    await succeed(project, "up");
    expect(await output(project, "waiting")).toEqual({});
    await succeed(project, "preview", "--expect-no-changes");

    const destroyed = await succeed(project, "destroy");
    expect(destroyed).toContain(
      `${workflowPath} of acme/app goes with ${world.github.url}/acme/app/pull/2: merge it. The workflow is disabled until then.`,
    );
    expect(pulls(set)).toEqual([`#1 merged ${added}`, "#2 open Remove Claude Code"]);
    expect(app.workflows.map(({ isDisabled }) => isDisabled)).toEqual([true]);
    expect([secretNames(world, "acme/app"), listCredentials(world)]).toEqual([[], []]);

    await succeed(project, "up");
    expect(pulls(set)).toEqual([`#1 merged ${added}`, "#2 closed Remove Claude Code"]);
    expect(app.workflows.map(({ isDisabled }) => isDisabled)).toEqual([false]);
  });
});

describe("several repositories", () => {
  it("are each told of, and each way that people answer a pull request is met in a plain run", async () => {
    const names = ["closed", "pushed", "edited", "waiting"];
    const set = await stage({
      inline: claudeAperture,
      repositories: names.map((name) => `acme/${name}` as const),
      config: { ...byPullRequest, "claude-aperture:repositories": names },
    });
    const { world, project } = set;
    const repository = (name: string) => world.github.state.repository(`acme/${name}`);
    await succeed(project, "up");

    closePull(repository("closed").pulls[0] as never);
    pushCommit(repository("pushed"), "claude-aperture/claude-aperture-test/claude.yml", { "a.md": "1" });
    mergePull(repository("edited"), 1);
    pushCommit(repository("edited"), "main", { [workflowPath]: "on: push\n" });

    const preview = await succeed(project, "preview", "--diff");
    expect(preview).toContain("acme/closed#1 was closed without merging: no new one is opened before");
    expect(preview).toContain("acme/pushed#1 has commits of others: it is left to them.");
    expect(preview).toMatch(/~ blob *: "another file, without our header: [0-9a-f]{40}" => "[0-9a-f]{40}"/);
    await succeed(project, "up");
    expect(await output(project, "waiting")).toEqual({
      "acme/closed": "acme/closed#1 was closed without merging",
      "acme/pushed": "waiting for acme/pushed#1, which has commits of others",
      "acme/edited": "waiting for acme/edited#2",
      "acme/waiting": "waiting for acme/waiting#1",
    });
    await succeed(project, "preview", "--expect-no-changes");

    // From pull request to commit in one run: what is open is closed, but for what others have made theirs.
    project.configure((config) => {
      config["claude-aperture:delivery"] = { kind: "commit" };
    });
    await succeed(project, "up");
    expect(names.map((name) => pulls(set, `acme/${name}`).at(-1)?.split(" ")[1])).toEqual([
      "closed",
      "open",
      "closed",
      "closed",
    ]);
    for (const name of names) expect(fileText(world, `acme/${name}`, workflowPath)).toContain("claude-code-action");
    expect(await output(project, "waiting")).toEqual({});
    await succeed(project, "preview", "--expect-no-changes");
  });
});
