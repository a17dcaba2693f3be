/** Our own program in the test's own process; of one test at a time, because it reads the environment. */
import { vi } from "vitest";
import type { Project } from "../../sandbox/project.ts";
import { inline } from "./inline-program.ts";

/** The project, whose every run evaluates index.ts anew, with the project's environment and no other. */
export function claudeAperture(project: Project): Project {
  const inlined = inline(project, async () => {
    vi.resetModules();
    return { ...(await import("../../index.ts")) };
  });
  const pulumi: Project["pulumi"] = async (...args) => {
    const { env } = process;
    process.env = { ...project.environment };
    try {
      return await inlined.pulumi(...args);
    } finally {
      process.env = env;
    }
  };
  return { ...inlined, pulumi };
}
