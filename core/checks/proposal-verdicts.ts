/** What a pull request that is to bring a file comes to. */
import { findOwnPull } from "../delivery/proposal.ts";
import type { Verdict } from "./check.ts";
import type { FileSetup, Proposal } from "./facts.ts";
import { link, wait } from "./verdicts.ts";

/**
 * Of the open one; undefined where there is none.
 *
 * @param base the branch that it goes to, where that is known.
 * @param where behind its number, such as `of acme/.github`.
 */
export function judgeOpenPull(
  { pulls, blob }: Proposal,
  file: FileSetup,
  base: string | undefined,
  where?: string,
): Verdict | undefined {
  const known = file.pullRequest === undefined ? {} : { pullRequest: file.pullRequest };
  const open = findOwnPull(pulls, base, known);
  if (!open) return undefined;
  const name = `Pull request #${open.number}${where === undefined ? "" : ` ${where}`}`;
  const review = link(open.url, "Review and merge it");
  if (blob !== file.blob)
    return wait(`${name} waits to be merged, with another text than this stack has proposed.`, review);
  if (open.conflicts) return wait(`${name} conflicts with its base; \`pulumi up\` makes it anew.`, review);
  return wait(`${name} waits to be merged${open.isDraft ? ", as a draft" : ""}.`, review);
}
