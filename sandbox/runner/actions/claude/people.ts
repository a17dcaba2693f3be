/** Whose events the action takes: its src/github/validation/permissions.ts and actor.ts. */

import type { Context } from "../context.ts";
import type { GitHubClient } from "../octokit.ts";
import * as core from "../toolkit.ts";

const isListed = (list: string, login: string): boolean =>
  list.trim() === "*" ||
  list.split(",").some(
    (one) =>
      one
        .trim()
        .toLowerCase()
        .replace(/\[bot\]$/, "") === login.toLowerCase().replace(/\[bot\]$/, ""),
  );

/** @throws an Error when the actor may not write. A bot passes; the next check is about bots. */
export async function checkPermission(github: GitHubClient, context: Context, allowed: string): Promise<void> {
  const { actor, repo } = context;
  if (actor.endsWith("[bot]") || (allowed && isListed(allowed, actor))) return;
  const { data } = await github.rest.repos.getCollaboratorPermissionLevel({ ...repo, username: actor });
  core.info(`Permission level retrieved: ${data.permission}`);
  if (!["admin", "write"].includes(data.permission))
    throw new Error("Actor does not have write permissions to the repository");
}

/** @throws an Error for a bot that is not listed. */
export async function checkHuman(github: GitHubClient, { actor }: Context, allowedBots: string): Promise<void> {
  const { data } = await github.rest.users.getByUsername({ username: actor });
  if (data.type === "User" || isListed(allowedBots, actor)) return;
  const name = actor.replace(/\[bot\]$/, "");
  throw new Error(
    `Workflow initiated by non-human actor: ${name} (type: ${data.type}). Add bot to allowed_bots list or use '*' to allow all bots.`,
  );
}
