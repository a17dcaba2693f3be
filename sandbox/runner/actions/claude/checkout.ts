/** What the action does to the checkout before Claude starts. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { git } from "../git.ts";
import * as core from "../toolkit.ts";

/** Taken from the base branch, whatever the pull request has in their place. */
const restored = [
  ...[".claude", ".mcp.json", ".claude.json", ".gitmodules", ".ripgreprc", "CLAUDE.md", "CLAUDE.local.md", ".husky"],
];

/** @throws an Error where nothing is checked out. */
export async function prepareCheckout(token: string, { payload, repo }: Context): Promise<void> {
  const folder = process.env.GITHUB_WORKSPACE ?? "";
  await git(folder, ["rev-parse", "--git-dir"]).catch(() => {
    throw new Error("Not a git repository");
  });
  await git(folder, ["config", "user.name", "claude[bot]"]);
  const server = new URL(process.env.GITHUB_SERVER_URL ?? "");
  // As seen, whatever `persist-credentials` of the checkout says.
  const url = `${server.protocol}//x-access-token:${token}@${server.host}/${repo.owner}/${repo.repo}.git`;
  await git(folder, ["config", "--local", "--unset-all", `http.${server.origin}/.extraheader`]).catch(() => {});
  await git(folder, ["remote", "set-url", "origin", url]);
  const base = payload.pull_request?.base.ref;
  if (!base) return;
  await git(folder, ["fetch", "--quiet", "origin", base]);
  core.info(`Restoring ${restored[0]}, ${restored[1]}, etc. from origin/${base} (PR head is untrusted)`);
  for (const path of restored) {
    await rm(join(folder, path), { recursive: true, force: true });
    await git(folder, ["checkout", "--quiet", "FETCH_HEAD", "--", path]).catch(() => {});
  }
}
