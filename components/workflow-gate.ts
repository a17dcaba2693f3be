import { setImmediate } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Holds the workflow files of many repositories back until the secrets of all of them are written: no repository gets a
 * workflow in a run that fails before, and the engine, which writes the whole state after each step, has the long texts in it
 * for the last steps only. A program makes one and gives it to each `ClaudeRepository`.
 */
export class WorkflowGate {
  readonly #secrets: Promise<unknown>[] = [];
  #opened: Promise<void> | undefined;

  /**
   * The secrets on which a workflow depends, when they and all that other repositories wait for are written, or one of them
   * has failed; in a preview, when they are known.
   */
  async pass<Secret extends pulumi.Resource>(secrets: Secret[]): Promise<Secret[]> {
    this.#secrets.push(...secrets.map(settled));
    this.#opened ??= this.#open();
    await this.#opened;
    return secrets;
  }

  async #open(): Promise<void> {
    // Programs make their repositories in a loop; those of a later turn are waited for as long as others are not done.
    await setImmediate();
    for (let awaited = 0; awaited < this.#secrets.length; ) {
      awaited = this.#secrets.length;
      await Promise.allSettled(this.#secrets);
    }
  }
}

/** An output has no public way to tell that it failed; its promise does (@pulumi/pulumi, output.ts). */
function settled({ urn }: pulumi.Resource): Promise<unknown> {
  return (urn as unknown as { promise(): Promise<unknown> }).promise();
}
