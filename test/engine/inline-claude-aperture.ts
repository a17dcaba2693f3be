/** Our own program in the test's own process; of one test at a time, because it reads the environment. */
import { vi } from "vitest";
import type { Project } from "../../sandbox/project.ts";
import { inline, withEnvironment } from "./inline-program.ts";

/** The project, whose every run evaluates index.ts anew. */
export function claudeAperture(project: Project): Project {
  return withEnvironment(
    inline(project, async () => {
      vi.resetModules();
      return { ...(await import("../../index.ts")) };
    }),
  );
}
