/** Our own program in the process of the test; one run at a time, because it reads the environment. */
import type { Project } from "../../sandbox/project.ts";
import { inline, withEnvironment } from "./inline-program.ts";

const program = new URL("../../index.ts", import.meta.url);
let runs = 0;

/** The project, whose every run evaluates index.ts anew, and nothing else: as a program of the Automation API would. */
export function claudeAperture(project: Project): Project {
  return withEnvironment(
    inline(project, async () => {
      runs += 1;
      return { ...(await import(`${program.href}?run=${runs}`)) };
    }),
  );
}
