/** Builds ahead what running workflows takes, so that nobody waits for it in the middle of something else. */
import type { Log } from "../engine/progress.ts";
import { GoMissing, programInCache } from "../programs.ts";
import { program as tailnet } from "../tailnet/program.ts";
import { findAct } from "./job/program.ts";

/** What is missing for it, in a sentence; undefined where all is there. */
export async function prepareRunner(log: Log): Promise<string | undefined> {
  // The delivered file checks that its runner is Linux.
  if (process.platform !== "linux") return "Jobs run on this machine, and the workflow takes Linux.";
  try {
    await findAct(log);
    await programInCache(tailnet, log);
    return undefined;
  } catch (error) {
    if (error instanceof GoMissing) return error.message;
    throw error;
  }
}
