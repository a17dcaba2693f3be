/**
 * Each act of the rehearsal does what it says, and the report says so; the same code as `npm run rehearse`, without its screen. Acts
 * that run the workflow are left to that command, which CI runs as well, and to test/sandbox/runner.
 */
import { describe, expect, it, vi } from "vitest";
import { readRehearsalConfig } from "../../sandbox/project.ts";
import { type Stage, workflowPath } from "../../sandbox/rehearsal/act.ts";
import { acts, rehearsalRepositories } from "../../sandbox/rehearsal/acts.ts";
import { renderSafely } from "../../sandbox/rehearsal/report/file.ts";
import { Narrator } from "../../sandbox/rehearsal/report/narrator.ts";
import { countClaims } from "../../sandbox/rehearsal/report/story.ts";
import { secretsInPlay } from "../../sandbox/secrecy/sweep.ts";
import { stage } from "./support.ts";

describe("the rehearsal", () => {
  it("keeps every promise of every act", async () => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const { world, project } = await stage({
      config: readRehearsalConfig(),
      stack: "rehearsal",
      repositories: rehearsalRepositories,
    });
    const narrator = new Narrator(world, []);
    narrator.listenTo(project);
    const rehearsal: Stage = { world, project, policyBefore: world.tailscale.state.policy };
    const performed = acts.filter(({ needsRunner }) => !needsRunner);
    for (const act of performed) {
      narrator.begin(act);
      const checks = await act.perform(rehearsal);
      narrator.end({ checks });
      const broken = checks.filter(([, holds]) => !holds).map(([claim]) => `${act.title}: ${claim}`);
      expect(broken).toEqual([]);
    }
    const story = narrator.finish([]);
    const report = renderSafely(story, secretsInPlay(world, [project]));
    expect(report).toContain(`All ${countClaims(story)} claims held`);
    for (const act of performed) expect(report).toContain(`. ${act.title} <span class="pill good">`);
    const commands = story.acts.flatMap(({ events }) => events.filter(({ kind }) => kind === "command"));
    // The first made the stack.
    expect(commands.length).toBe(project.outputs.length - 1);
    const written = story.acts.find(({ title }) => title === "pulumi up")?.changes.map(({ title }) => title);
    expect(written).toEqual(
      expect.arrayContaining(["tailnet policy file", "acme/app: names of secrets", `acme/app: ${workflowPath}`]),
    );
  });
});
