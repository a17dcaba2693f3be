/** The commit of the event from the stand-in GitHub, with Git itself. It fetches the whole history, whatever `fetch-depth` says. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import * as core from "@actions/core";
import { git, setCredentials } from "../../git.ts";

export async function run(): Promise<void> {
  try {
    await checkOut();
  } catch (error) {
    core.setFailed(error instanceof Error ? error.message : String(error));
  }
}

async function checkOut(): Promise<void> {
  const {
    GITHUB_WORKSPACE = "",
    GITHUB_SERVER_URL = "",
    GITHUB_SHA = "",
    GITHUB_REF = "",
    GITHUB_REPOSITORY,
  } = process.env;
  const [repository, token] = [core.getInput("repository"), core.getInput("token")];
  const folder = join(GITHUB_WORKSPACE, core.getInput("path"));
  const isOfEvent = repository === GITHUB_REPOSITORY && core.getInput("ref") === "";
  const ref = core.getInput("ref") || (isOfEvent ? GITHUB_REF : "HEAD");
  core.info(`Syncing repository: ${repository}`);
  await mkdir(folder, { recursive: true });
  const url = `${GITHUB_SERVER_URL}/${repository}`;
  await git(folder, ["init", "--quiet", "--initial-branch=main"]);
  await git(folder, ["remote", "add", "origin", url]);
  await setCredentials(folder, GITHUB_SERVER_URL, token);
  const isCommit = /^[0-9a-f]{40}$/.test(ref);
  const wanted = isCommit ? "+refs/heads/*:refs/remotes/origin/*" : `+${ref}:refs/sandbox/wanted`;
  await git(folder, ["fetch", "--quiet", "--no-tags", "origin", wanted]);
  const commit = isOfEvent ? GITHUB_SHA : isCommit ? ref : "refs/sandbox/wanted";
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  await git(folder, ["checkout", "--quiet", "--force", ...(branch ? ["-B", branch] : ["--detach"]), commit]);
  const head = await git(folder, ["log", "-1", "--format=%H"]);
  core.info(head.trim());
  core.setOutput("commit", head.trim());
  core.setOutput("ref", ref);
  if (core.getInput("persist-credentials") === "true") core.saveState("folder", folder);
  else await setCredentials(folder, GITHUB_SERVER_URL, undefined);
}
