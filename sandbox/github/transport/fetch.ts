/** What `git fetch` gets. https://git-scm.com/docs/gitprotocol-pack#_reference_discovery, version 0, which every Git speaks */
import type { Commit, GitStore, Sha } from "../git.ts";
import type { Repository } from "../model.ts";
import { addCommit, type Objects } from "./objects.ts";
import { writePack } from "./pack.ts";
import { BadRequest, flush, packetLine, readPacketLines, sideBand } from "./packet-lines.ts";

export const agent = "agent=git/sandbox";

/** Any commit that the repository's network has may be asked for, as at GitHub. */
const capabilities = `multi_ack_detailed shallow side-band-64k allow-tip-sha1-in-want allow-reachable-sha1-in-want ${agent}`;

/** Branches, and the refs of pull requests. */
export function refsOf(repository: Repository): [name: string, sha: Sha][] {
  const { git, pulls } = repository;
  const branches = [...git.branches].map(([branch, sha]): [string, Sha] => [`refs/heads/${branch}`, sha]);
  const ofPulls = pulls.flatMap(({ number }) =>
    ["head", "merge"].flatMap((side): [string, Sha][] => {
      const name = `refs/pull/${number}/${side}`;
      const commit = git.resolve(name);
      return commit ? [[name, commit.sha]] : [];
    }),
  );
  return [...branches, ...ofPulls].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The answer to `info/refs?service=git-upload-pack`. */
export function advertiseFetch(repository: Repository): Buffer {
  const { git, defaultBranch } = repository;
  const head = git.branches.get(defaultBranch);
  const symbolic = head ? ` symref=HEAD:refs/heads/${defaultBranch}` : "";
  const refs: [string, Sha][] = [...(head ? [["HEAD", head] as [string, Sha]] : []), ...refsOf(repository)];
  return advertisement("git-upload-pack", refs, capabilities + symbolic);
}

export function advertisement(service: string, refs: [name: string, sha: Sha][], able: string): Buffer {
  const none: [string, Sha] = ["capabilities^{}", "0".repeat(40)];
  const lines = (refs.length > 0 ? refs : [none]).map(([name, sha], index) =>
    packetLine(`${sha} ${name}${index === 0 ? `\0${able}` : ""}\n`),
  );
  return Buffer.concat([packetLine(`# service=${service}\n`), flush, ...lines, flush]);
}

interface Asked {
  wants: Sha[];
  haves: Sha[];
  /** Commits of the client whose parents it lacks. */
  shallow: Set<Sha>;
  depth: number;
  isDone: boolean;
  hasSideBand: boolean;
  isDetailed: boolean;
}

/** The answer to `git-upload-pack`. @throws BadRequest */
export function answerFetch(repository: Repository, body: Buffer): Buffer {
  const { git } = repository;
  const asked = parse(body);
  const wanted = asked.wants.map((sha) => git.commits.get(sha));
  const missing = wanted.indexOf(undefined);
  if (missing >= 0) return packetLine(`ERR upload-pack: not our ref ${asked.wants[missing]}`);
  const tips = wanted as Commit[];
  const common = asked.haves.filter((sha) => git.commits.has(sha));
  const commits = git.reach(tips, asked.depth);
  const parts = asked.depth === Number.POSITIVE_INFINITY ? [] : [borderLines(commits, asked.shallow)];
  // A client with `deepen` first asks where history ends, and ends there.
  if (!asked.isDone && asked.haves.length === 0) return Buffer.concat(parts);
  if (asked.isDetailed) parts.push(...common.map((sha) => packetLine(`ACK ${sha} common\n`)));
  const last = asked.isDone ? common.at(-1) : undefined;
  parts.push(packetLine(last === undefined ? "NAK\n" : `ACK ${last}\n`));
  if (!asked.isDone) return Buffer.concat(parts);
  const pack = writePack(objectsFor(git, commits, common, asked.shallow));
  parts.push(...(asked.hasSideBand ? [sideBand(1, pack), flush] : [pack]));
  return Buffer.concat(parts);
}

function parse(body: Buffer): Asked {
  const asked: Asked = {
    wants: [],
    haves: [],
    shallow: new Set(),
    depth: Number.POSITIVE_INFINITY,
    isDone: false,
    hasSideBand: false,
    isDetailed: false,
  };
  for (const line of readPacketLines(body).lines) {
    if (line === null) continue;
    const [, word, value = "", more = ""] = /^(\S+)(?: (\S+))?(.*)$/.exec(line) ?? [];
    if (word === "want") {
      asked.wants.push(value);
      asked.hasSideBand ||= /\bside-band-64k\b/.test(more);
      asked.isDetailed ||= /\bmulti_ack_detailed\b/.test(more);
    } else if (word === "have") asked.haves.push(value);
    else if (word === "shallow") asked.shallow.add(value);
    else if (word === "deepen" && /^[1-9]\d*$/.test(value)) asked.depth = Number(value);
    else if (word === "done") asked.isDone = true;
    else throw new BadRequest(`not understood: ${word}`);
  }
  return asked;
}

/** Commits whose parents are not among them. */
function borderOf(commits: Map<Sha, Commit>): Set<Sha> {
  const cut = [...commits.values()].filter(({ parents }) => parents.some((sha) => !commits.has(sha)));
  return new Set(cut.map(({ sha }) => sha));
}

/** Where the client's history ends from now on, and where it no longer does. */
function borderLines(commits: Map<Sha, Commit>, shallow: Set<Sha>): Buffer {
  const border = borderOf(commits);
  const complete = [...shallow].filter((sha) => commits.has(sha) && !border.has(sha));
  return Buffer.concat([
    ...[...border].map((sha) => packetLine(`shallow ${sha}`)),
    ...complete.map((sha) => packetLine(`unshallow ${sha}`)),
    flush,
  ]);
}

/** What the client lacks: the commits' objects, but for those of commits that it has. */
function objectsFor(git: GitStore, commits: Map<Sha, Commit>, common: Sha[], shallow: Set<Sha>): Objects {
  const known = new Map<Sha, Commit>();
  const row = common.flatMap((sha) => git.commits.get(sha) ?? []);
  for (const commit of row) {
    if (known.has(commit.sha)) continue;
    known.set(commit.sha, commit);
    if (shallow.has(commit.sha)) continue;
    for (const parent of commit.parents) row.push(...[git.commits.get(parent)].filter((one) => one !== undefined));
  }
  const [needed, held]: [Objects, Objects] = [new Map(), new Map()];
  for (const commit of commits.values()) if (!known.has(commit.sha)) addCommit(git, commit, needed);
  for (const commit of known.values()) addCommit(git, commit, held);
  for (const sha of held.keys()) needed.delete(sha);
  return needed;
}
