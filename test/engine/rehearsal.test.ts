/** Each act of the rehearsal does what it says; the same code as `npm run rehearse`, without its screen. */
import { describe, expect, it, vi } from "vitest";
import { readRehearsalConfig } from "../../sandbox/project.ts";
import type { Stage } from "../../sandbox/rehearsal/act.ts";
import { acts, rehearsalRepositories } from "../../sandbox/rehearsal/acts.ts";
import { stage } from "./support.ts";

describe("the rehearsal", () => {
  it("keeps every promise of every act", async () => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const { world, project } = await stage({
      config: readRehearsalConfig(),
      stack: "rehearsal",
      repositories: rehearsalRepositories,
    });
    const rehearsal: Stage = { world, project, policyBefore: world.tailscale.state.policy };
    for (const act of acts) {
      const checks = await act.perform(rehearsal);
      const broken = checks.filter(([, holds]) => !holds).map(([claim]) => `${act.title}: ${claim}`);
      expect(broken).toEqual([]);
    }
  });
});
