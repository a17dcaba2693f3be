/** About central workflows: files that other repositories call. */
import { message, type Section } from "./entry.ts";

export const centralMissing = message({
  when: "in a program of your own",
  says: "delivery is central, and there is no central workflow.",
  advice: " Give central: a CentralWorkflow, or its file, scope and permissions.",
  cause: 'a `ClaudeRepository` with `delivery: { kind: "central" }` and without the argument `central`',
  fix: "as it says",
});

export const centralWorkflows: Section = {
  title: "Central workflows",
  entries: [centralMissing],
};
