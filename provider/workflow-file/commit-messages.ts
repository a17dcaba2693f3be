/** What stands in a repository's history. */
import { markProposal } from "../../core/delivery/proposal-mark.ts";
import type { CommitMessage } from "../../services/github/commits.ts";
import type { Wanted } from "./inputs.ts";

const defaultHeadline = "ci: let Claude Code review through Aperture";

/** The message of a commit that writes the file. The settings' own is a whole message, so its first line is the headline. */
export function messageOf({ delivery, content }: Pick<Wanted, "delivery" | "content">): CommitMessage {
  const [headline = "", ...body] = (
    "message" in delivery && delivery.message ? delivery.message : defaultHeadline
  ).split("\n");
  const text = body.join("\n").trim();
  return { headline, body: text === "" ? `Written by claude-aperture for the stack ${content.owner}.` : text };
}

export const removalMessage: CommitMessage = { headline: "ci: remove Claude Code" };

/** The same for a commit that a pull request proposes. Without a blob it removes the file. */
export function proposalMessageOf(
  wanted: Pick<Wanted, "delivery" | "content">,
  blob: string | undefined,
): CommitMessage {
  const { owner } = wanted.content;
  const { headline, body = "" } =
    blob === undefined ? { ...removalMessage, body: `For the stack ${owner}.` } : messageOf(wanted);
  return { headline, body: markProposal(body, { owner, blob }) };
}
