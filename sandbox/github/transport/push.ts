/** What `git push` does. https://git-scm.com/docs/gitprotocol-pack#_pushing_data_to_a_server */
import { type Commit, type GitStore, objectId, type Sha, type Signature, treeId } from "../git.ts";
import type { Repository } from "../model.ts";
import type { Permission } from "../options.ts";
import { isFilePath, refusedWorkflow, workflowRefusal } from "../paths.ts";
import { type Push, pushObstacle } from "../protection.ts";
import { isBranchName } from "../refs.ts";
import type { Viewer } from "../viewer.ts";
import { advertisement, agent, refsOf } from "./fetch.ts";
import { addCommit, type GitObject, type Objects, treesOf } from "./objects.ts";
import { readPack } from "./pack.ts";
import { BadRequest, flush, packetLine, readPacketLines, sideBand } from "./packet-lines.ts";

const absent = "0".repeat(40);
const capabilities = `report-status delete-refs side-band-64k ofs-delta no-thin ${agent}`;

/** The answer to `info/refs?service=git-receive-pack`. */
export const advertisePush = (repository: Repository): Buffer =>
  advertisement("git-receive-pack", refsOf(repository), capabilities);

export interface Pusher {
  viewer: Viewer;
  permission: Permission;
}

interface Command {
  before: Sha;
  after: Sha;
  ref: string;
}

/** The answer to `git-receive-pack`; each ref is taken or refused by itself. @throws BadRequest */
export function answerPush(repository: Repository, pusher: Pusher, body: Buffer): Buffer {
  const { lines, rest } = readPacketLines(body, (line) => line === null);
  // A clone without its whole history names where that ends; nothing hangs on it here.
  const asked = lines.filter((line) => line !== null).filter((line) => !line.startsWith("shallow "));
  const able = asked[0]?.split("\0")[1] ?? "";
  const commands = asked.map(parseCommand);
  const report: string[] = [];
  try {
    const taken = commands.some(({ after }) => after !== absent) ? takeObjects(repository.git, rest) : undefined;
    report.push("unpack ok");
    for (const command of commands) {
      const reason = refusal(repository, pusher, command);
      if (reason === undefined) move(repository, command);
      report.push(reason === undefined ? `ok ${command.ref}` : `ng ${command.ref} ${reason}`);
    }
    // What nobody may have must not wait here for another way in.
    if (!report.some((line) => line.startsWith("ok "))) taken?.forget();
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    report.push(`unpack ${error.message}`, ...commands.map(({ ref }) => `ng ${ref} unpacker error`));
  }
  if (!/\breport-status\b/.test(able)) return Buffer.alloc(0);
  const text = Buffer.concat([...report.map((line) => packetLine(`${line}\n`)), flush]);
  return /\bside-band-64k\b/.test(able) ? Buffer.concat([sideBand(1, text), flush]) : text;
}

function parseCommand(line: string): Command {
  const [command = ""] = line.split("\0");
  const [, before, after, ref] = /^([0-9a-f]{40}) ([0-9a-f]{40}) (\S+)$/.exec(command) ?? [];
  if (!before || !after || !ref) throw new BadRequest("not a command");
  return { before, after, ref };
}

const branchOf = (ref: string): string => ref.replace(/^refs\/heads\//, "");

function move({ git }: Repository, { after, ref }: Command): void {
  if (after === absent) git.branches.delete(branchOf(ref));
  else git.branches.set(branchOf(ref), after);
}

/** Why a ref is not moved, as Git shows it behind `remote rejected`. */
function refusal(repository: Repository, { viewer, permission }: Pusher, command: Command): string | undefined {
  const { git, defaultBranch } = repository;
  const { before, after, ref } = command;
  const branch = branchOf(ref);
  if (/^refs\/pull\//.test(ref)) return "deny updating a hidden ref";
  if (!ref.startsWith("refs/heads/") || !isBranchName(branch)) return "the sandbox keeps branches only";
  const now = git.tip(branch);
  if ((now?.sha ?? absent) !== before) return "fetch first";
  const target = git.commits.get(after);
  if (after !== absent && !target) return "missing necessary objects";
  if (!target && branch === defaultBranch) return "refusing to delete the current branch";
  const obstacle = pushObstacle(repository, branch, permission, kindOf(git, now, target));
  if (obstacle) return obstacle.by === "ruleset" ? "push declined due to repository rule violations" : hookDeclined;
  const path = target && refusedWorkflow(git, viewer, target);
  return path === undefined ? undefined : workflowRefusal(viewer, path);
}

const hookDeclined = "protected branch hook declined";

function kindOf(git: GitStore, now: Commit | undefined, target: Commit | undefined): Push {
  if (!now) return "create";
  if (!target) return "delete";
  return git.contains(target, now.sha) ? "update" : "force";
}

/** Stores what came, once all of it is understood. */
function takeObjects(git: GitStore, pack: Buffer): { forget(): void } {
  let stored: Objects | undefined;
  const objects = readPack(pack, (sha) => {
    stored ??= allOf(git);
    return stored.get(sha);
  });
  const trees = treesOf(git.commits.values());
  const commits = new Map<Sha, Commit>();
  const parsed = [...objects].filter(([, { type }]) => type === "commit");
  for (const [sha, { content }] of parsed) commits.set(sha, readCommit(sha, content));
  for (const { parents } of commits.values()) {
    if (parents.some((sha) => !git.commits.has(sha) && !commits.has(sha))) throw new BadRequest("a parent is missing");
  }
  const isNew = ([sha]: [Sha, unknown]) => !git.commits.has(sha) && !git.blobs.has(sha);
  const newCommits = [...commits].filter(isNew);
  const newBlobs = [...objects].filter(([, { type }]) => type === "blob").filter(isNew);
  for (const [sha, { content }] of newBlobs) git.blobs.set(sha, content);
  for (const [sha, commit] of newCommits) git.commits.set(sha, commit);
  return {
    forget() {
      for (const [sha] of newCommits) git.commits.delete(sha);
      for (const [sha] of newBlobs) git.blobs.delete(sha);
    },
  };

  function readCommit(sha: Sha, content: Buffer): Commit {
    const text = content.toString("utf8");
    if (objectId("commit", text) !== sha) throw new BadRequest("a commit is not UTF-8");
    const [head = "", ...body] = text.split("\n\n");
    const lines = head.split("\n");
    const treeSha = lines[0]?.replace(/^tree /, "") ?? "";
    const parents = lines.flatMap((line) => /^parent ([0-9a-f]{40})$/.exec(line)?.[1] ?? []);
    const [author, committer] = ["author", "committer"].map((role) => readPerson(lines, role));
    if (!author || !committer) throw new BadRequest("a commit is damaged");
    const files = new Map(readTree(treeSha, 0));
    if (treeId(files) !== treeSha) throw new BadRequest("a tree is out of order");
    return { sha, message: body.join("\n\n"), author, committer, parents, treeSha, files, verified: false, text };
  }

  function readTree(sha: Sha, depth: number): [path: string, blob: Sha][] {
    const known = trees.get(sha);
    if (known) return [...known];
    const tree = objects.get(sha);
    if (tree?.type !== "tree" || depth > 100) throw new BadRequest("a tree is missing");
    return readEntries(tree.content).flatMap(({ mode, name, sha: own }): [string, Sha][] => {
      if (!isFilePath(name) || name.includes("/")) throw new BadRequest("a tree has a bad path");
      if (mode === "40000") return readTree(own, depth + 1).map(([path, blob]) => [`${name}/${path}`, blob]);
      if (mode !== "100644") throw new BadRequest("the sandbox keeps plain files only");
      if (objects.get(own)?.type !== "blob" && !git.blobs.has(own)) throw new BadRequest("a file is missing");
      return [[name, own]];
    });
  }
}

const allOf = (git: GitStore): Objects => {
  const objects: Objects = new Map<Sha, GitObject>();
  for (const commit of git.commits.values()) addCommit(git, commit, objects);
  return objects;
};

function readEntries(tree: Buffer): { mode: string; name: string; sha: Sha }[] {
  const entries: { mode: string; name: string; sha: Sha }[] = [];
  for (let at = 0; at < tree.length; ) {
    const end = tree.indexOf(0, at);
    if (end < 0 || end + 21 > tree.length) throw new BadRequest("a tree is damaged");
    const [mode = "", ...name] = tree.toString("utf8", at, end).split(" ");
    entries.push({ mode, name: name.join(" "), sha: tree.toString("hex", end + 1, end + 21) });
    at = end + 21;
  }
  return entries;
}

function readPerson(lines: string[], role: string): Signature | undefined {
  const line = lines.find((one) => one.startsWith(`${role} `)) ?? "";
  const [, name, email, time] = /^\S+ (.*) ?<([^>]*)> (\d+) [+-]\d{4}$/.exec(line) ?? [];
  if (name === undefined || email === undefined) return undefined;
  return { name: name.trim(), email, date: `${new Date(Number(time) * 1000).toISOString().slice(0, 19)}Z` };
}
