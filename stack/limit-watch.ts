/** Tells people of a limit that is reached in the middle of an update, where the provider would wait without a word. */
import { setTimeout } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../core/settings/settings.ts";
import type { GitHubConnection } from "../services/github/connection.ts";
import { readRateLimit } from "../services/github/rate-limit.ts";
import { describeProgress } from "./waves.ts";

/** How long the provider waits before it gives a resource up: the plugin SDK's default for create, update and delete. */
const providerPatienceMs = 20 * 60_000;

const everyMs = 30_000;

/**
 * Asks GitHub every 30 s how much is left, which costs nothing of it, and tells once when nothing is: as a warning if the
 * provider's patience lasts until the limit ends, otherwise as an error, with which the run then ends.
 */
export async function watchLimit(github: GitHubConnection, settings: Settings, intervalMs = everyMs): Promise<void> {
  for (;;) {
    // Unreferenced: the program ends with its resources, not with this.
    await setTimeout(intervalMs, undefined, { ref: false });
    const limit = await readRateLimit(github);
    if (!limit) return;
    if (limit.remaining > 0) continue;
    const end = limit.reset;
    const what = "GitHub's hourly limit of this credential was used up during this run, perhaps by another program";
    if (end - Date.now() < providerPatienceMs) {
      pulumi.log.warn(
        `${what}. This run waits for its end and goes on by itself: ${await describeProgress(settings, end)}.`,
      );
    } else {
      await pulumi.log.error(
        `${what}. ${await describeProgress(settings, end)}.\n` +
          "  What is being written waits for up to 20 minutes and then fails; the next `pulumi up` goes on where this one ended.",
      );
    }
    return;
  }
}
