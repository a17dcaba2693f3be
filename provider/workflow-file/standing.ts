/** A file as the state knows it. */
import type { KnownProposal } from "../../core/delivery/proposal.ts";
import { omitUndefined } from "../../core/omit-undefined.ts";
import type { PropertyMap } from "../structs.ts";

export interface Standing extends KnownProposal {
  path: string;
  /** Git's id of our text that was last seen on the default branch; absent when none was. */
  written?: string;
  /** That branch. */
  branch?: string;
  /** Where that text is, while a pull request is to move it to `path`. */
  writtenPath?: string;
  /** A removal of ours has disabled its workflow, which can be enabled once the file is there again. */
  isDisabled?: boolean;
  /** What is left to be done, for people; absent when nothing is. */
  status?: string | undefined;
}

const kept = {
  written: "string",
  branch: "string",
  writtenPath: "string",
  proposed: "string",
  head: "string",
  pullRequest: "number",
  isDisabled: "boolean",
  status: "string",
} as const satisfies Record<Exclude<keyof Standing, "path">, string>;

/** From inputs and outputs as they stand in state. */
export function standingOf(inputs: PropertyMap, outputs: PropertyMap): Standing {
  const known = Object.entries(kept).filter(([name, type]) => typeof outputs[name] === type);
  return { path: String(inputs.path), ...Object.fromEntries(known.map(([name]) => [name, outputs[name]])) };
}

/** What stands in state besides the inputs. */
export function toOutputs({ path: _, ...outputs }: Standing): PropertyMap {
  return omitUndefined(outputs) as PropertyMap;
}
