/** Causes and fixes for errors of the official providers, in the run in which they come. */
import * as pulumi from "@pulumi/pulumi";
import { toPlainText } from "../core/messages/entry.ts";
import { explanationOf } from "../core/messages/provider-errors.ts";
import { bindToRun, makeHooksEachRun } from "./run-hooks.ts";

/**
 * The hooks of a resource of an official provider: when its creation, update or deletion fails, the log says cause and fix.
 * Resources that fail alike are explained once a run. It retries nothing, and does not see what fails in a read.
 */
export const explainErrors = makeHooksEachRun("registerErrorHook", () => ({
  onError: [new pulumi.ErrorHook("claude-aperture-explain", bindToRun(createExplainer()))],
}));

/** An error hook that explains each cause once for each type of resource. */
export function createExplainer(log: (message: string) => unknown = pulumi.log.error): pulumi.ErrorHookFunction {
  const known = new Set<object>();
  return async ({ type, name, failedOperation, errors }) => {
    // Newest first.
    const explanation = explanationOf(type, errors[0] ?? "");
    if (explanation !== undefined && !known.has(explanation)) {
      known.add(explanation);
      await log(
        `Why ${name}, and whatever fails like it, cannot be ${failedOperation}d (docs/troubleshooting.md):\n` +
          `  Cause: ${toPlainText(explanation.cause)}.\n` +
          `  Fix: ${toPlainText(explanation.fix)}.`,
      );
    }
    return false;
  };
}
