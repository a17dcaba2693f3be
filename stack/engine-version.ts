/** Whether the engine is new enough, asked of the engine itself. */
import * as pulumi from "@pulumi/pulumi";
import { formatMessage } from "../core/messages/entry.ts";
import { engineTooOld, oldestEngine } from "../core/messages/versions.ts";

/** @throws pulumi.RunError on an older engine than the program needs. */
export async function requireEngine(): Promise<void> {
  try {
    await pulumi.runtime.requirePulumiVersion(`>=${oldestEngine}`);
  } catch (error) {
    // "Pulumi CLI version 3.229.0 does not satisfy ...", or an engine from before there was such a question.
    const version = /version (\d\S*) does not satisfy/.exec(String(error))?.[1] ?? "an older one";
    throw new pulumi.RunError(formatMessage(engineTooOld, { oldest: oldestEngine, version }));
  }
}
