/** The commit of the event from the stand-in GitHub, with Git itself, fetched as the real action does it. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { git, setCredentials } from "../../git.ts";
import * as core from "../../toolkit.ts";

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
  const { spec, start, branch } = placeOf(ref, isOfEvent ? GITHUB_SHA : undefined);
  const depth = Number(core.getInput("fetch-depth"));
  const range = depth > 0 ? [`--depth=${depth}`, "origin"] : ["origin", "+refs/heads/*:refs/remotes/origin/*"];
  await git(folder, ["fetch", "--quiet", "--no-tags", ...range, spec]);
  await git(folder, ["checkout", "--quiet", "--force", ...(branch ? ["-B", branch] : ["--detach"]), start]);
  const head = await git(folder, ["log", "-1", "--format=%H"]);
  core.info(head.trim());
  core.setOutput("commit", head.trim());
  core.setOutput("ref", ref);
  if (core.getInput("persist-credentials") === "true") core.saveState("folder", folder);
  else await setCredentials(folder, GITHUB_SERVER_URL, undefined);
}

interface Place {
  /** What is fetched, and where to. */
  spec: string;
  /** What is checked out. */
  start: string;
  /** Absent: no branch, as for pull requests. */
  branch?: string;
}

function placeOf(ref: string, commit: string | undefined): Place {
  if (/^[0-9a-f]{40}$/.test(ref)) return { spec: ref, start: ref };
  const [, kind, name] = /^refs\/(heads|pull)\/(.+)$/.exec(ref) ?? [];
  const known = kind === "pull" ? `refs/remotes/pull/${name}` : `refs/remotes/origin/${name ?? ref}`;
  const from = commit ?? (name || ref === "HEAD" ? ref : `refs/heads/${ref}`);
  const branch = kind === "pull" || ref === "HEAD" ? undefined : (name ?? ref);
  return { spec: `+${from}:${known}`, start: known, ...(branch === undefined ? {} : { branch }) };
}
