/** What stands in a repository's history. */
import type { CommitMessage } from "../../services/github/commits.ts";
import type { Wanted } from "./inputs.ts";

const defaultHeadline = "ci: let Claude Code review through Aperture";

/** The message of a commit that writes the file. The settings' own is a whole message, so its first line is the headline. */
export function messageOf({ delivery, content }: Wanted): CommitMessage {
  const [headline = "", ...body] = (
    "message" in delivery && delivery.message ? delivery.message : defaultHeadline
  ).split("\n");
  const text = body.join("\n").trim();
  return { headline, body: text === "" ? `Written by claude-aperture for the stack ${content.owner}.` : text };
}

export const removalMessage: CommitMessage = { headline: "ci: remove Claude Code" };
