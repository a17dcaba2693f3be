/** Checks without a break among these, and why. */
export const untried: Readonly<Record<string, string>> = {
  "workflow-has-run": "it is never broken: it waits, as everywhere here before the first run",
  "followed-run":
    "of `--watch` alone, and so of a run that goes on: real-run.test.ts, and test/commands/follow.test.ts",
};
