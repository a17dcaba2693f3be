/** Checks without a break among these, and why. */
export const untried: Readonly<Record<string, string>> = {
  "workflow-has-run": "it is never broken: it waits, as everywhere here before the first run",
};
