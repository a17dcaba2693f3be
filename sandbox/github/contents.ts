/** Files through the contents API. https://docs.github.com/en/rest/repos/contents */
import { setTimeout } from "node:timers/promises";
import { type Context, Hono } from "hono";
import { writersOnly } from "./access.ts";
import { refused } from "./actions/job-rights.ts";
import { apiUrl, invalidRequest, notFound, origin, Refusal, readBody, timestamp } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { gitCommitJson } from "./commits.ts";
import type { Commit, Sha, Signature } from "./git.ts";
import { type Repository, slug } from "./model.ts";
import { decodeContent, isFilePath, mayWritePath } from "./paths.ts";
import { checkProtection } from "./protection.ts";
import { branchOfRef } from "./refs.ts";

/** Milliseconds that a commit takes. A branch that moves meanwhile is a 409: two writers at once collide, as at GitHub. */
const commitMs = 5;

const change = {
  message: "string",
  sha: "string?",
  branch: "string?",
  author: "object?",
  committer: "object?",
} as const;

/** Below `/repos/:owner/:repo/contents`. */
export function contentRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(writersOnly)
    .get("/", (c) => readPath(c, ""))
    .get("/:path{.*}", (c) => readPath(c, c.req.param("path")))
    .put("/:path{.+}", async (c) => {
      const tips = new Map(c.var.repository.git.branches);
      const path = writablePath(c, c.req.param("path"));
      const body = await readBody(c, { ...change, content: "string" });
      const content = decode(body.content);
      const branch = targetBranch(c.var.repository, body.branch);
      const existing = c.var.repository.git.tip(branch)?.files.get(path);
      checkProtection(c.var.repository, branch, c.var.permission, existing ? "update" : "create");
      if (existing !== undefined && body.sha === undefined) throw invalidRequest(`"sha" wasn't supplied.`);
      if (body.sha !== undefined && body.sha !== existing) throw mismatch(path, body.sha);
      const commit = await commitChange(c, { path, branch, content, body, expected: tips.get(branch) });
      const file = fileJson(c, commit, path, branch);
      return c.json({ content: file, commit: gitCommitJson(c, commit) }, existing === undefined ? 201 : 200);
    })
    .delete("/:path{.+}", async (c) => {
      const tips = new Map(c.var.repository.git.branches);
      const path = writablePath(c, c.req.param("path"));
      const body = await readBody(c, change);
      if (body.sha === undefined) throw invalidRequest(`"sha" wasn't supplied.`);
      const branch = targetBranch(c.var.repository, body.branch);
      const existing = c.var.repository.git.tip(branch)?.files.get(path);
      if (existing === undefined) throw notFound();
      checkProtection(c.var.repository, branch, c.var.permission, "delete");
      if (body.sha !== existing) throw mismatch(path, body.sha);
      const commit = await commitChange(c, { path, branch, content: undefined, body, expected: tips.get(branch) });
      return c.json({ content: null, commit: gitCommitJson(c, commit) });
    });
}

function readPath(c: Context<Env>, asked: string): Response {
  const { git, defaultBranch } = c.var.repository;
  const path = asked.replace(/\/$/, "");
  const ref = c.req.query("ref") ?? defaultBranch;
  if (git.commits.size === 0) throw notFound("This repository is empty.");
  const commit = git.resolve(ref);
  if (!commit) throw notFound(`No commit found for the ref ${ref}`);
  const content = git.read(commit, path);
  if (content) {
    return c.json({ ...fileJson(c, commit, path, ref), encoding: "base64", content: wrapped(content) });
  }
  const listing = directory(c, commit, path, ref);
  if (listing.length === 0) throw notFound();
  return c.json(listing);
}

/** Base64 in lines of 60 characters, as GitHub sends it. */
const wrapped = (content: Buffer): string => content.toString("base64").replace(/.{60}|.+$/g, "$&\n");

function directory(c: Context<Env>, commit: Commit, path: string, ref: string): object[] {
  const prefix = path === "" ? "" : `${path}/`;
  const below = [...commit.files.keys()].filter((file) => file.startsWith(prefix));
  const names = new Set(below.map((file) => file.slice(prefix.length).split("/")[0] ?? ""));
  return [...names].sort().map((name) =>
    commit.files.has(prefix + name)
      ? fileJson(c, commit, prefix + name, ref)
      : {
          type: "dir",
          size: 0,
          name,
          path: prefix + name,
          url: `${repositoryUrl(c)}/contents/${encodeURI(prefix + name)}?ref=${encodeURIComponent(ref)}`,
        },
  );
}

/** Metadata of a file; `url` names the ref, which the GitHub provider for Pulumi and Terraform reads from it. */
function fileJson(c: Context<Env>, commit: Commit, path: string, ref: string): object {
  const sha = commit.files.get(path) ?? "";
  const html = `${origin(c)}/${slug(c.var.repository)}`;
  const self = `${repositoryUrl(c)}/contents/${encodeURI(path)}?ref=${encodeURIComponent(ref)}`;
  const git = `${repositoryUrl(c)}/git/blobs/${sha}`;
  const page = `${html}/blob/${ref}/${path}`;
  return {
    type: "file",
    size: c.var.repository.git.read(commit, path)?.length ?? 0,
    name: path.slice(path.lastIndexOf("/") + 1),
    path,
    sha,
    url: self,
    git_url: git,
    html_url: page,
    download_url: `${html}/raw/${ref}/${path}`,
    _links: { self, git, html: page },
  };
}

const repositoryUrl = (c: Context<Env>): string => `${apiUrl(c)}/repos/${slug(c.var.repository)}`;

/** The path, if this token may change it. Without the scope `workflow` a workflow answers 404. */
function writablePath(c: Context<Env>, path: string): string {
  if (!isFilePath(path)) {
    throw new Refusal(422, "path contains a malformed path component", "rest/repos/contents");
  }
  // Which to a token with scopes reads like a file that is not there.
  if (!mayWritePath(path, c.var.viewer)) throw c.var.viewer.job ? new Refusal(403, refused) : notFound();
  return path;
}

function decode(content: string): Buffer {
  const bytes = decodeContent(content);
  if (!bytes) throw new Refusal(422, "content is not valid Base64", "rest/repos/contents");
  return bytes;
}

/** The branch to commit to. An empty repository gets its default branch with the first commit. */
function targetBranch(repository: Repository, asked = repository.defaultBranch): string {
  const branch = branchOfRef(asked);
  const first = repository.git.commits.size === 0 && branch === repository.defaultBranch;
  if (!first && !repository.git.branches.has(branch)) throw notFound(`Branch ${branch} not found`);
  return branch;
}

const mismatch = (path: string, sha: string): Refusal =>
  new Refusal(409, `${path} does not match ${sha}`, "rest/repos/contents");

interface Change {
  path: string;
  branch: string;
  /** Absent: the file goes. */
  content: Buffer | undefined;
  body: { message: string; author?: object; committer?: object };
  /** The branch's tip when the request came in. */
  expected: Sha | undefined;
}

async function commitChange(c: Context<Env>, { path, branch, content, body, expected }: Change): Promise<Commit> {
  const { git } = c.var.repository;
  const committer = signature("committer", body.committer) ?? c.var.viewer.signature();
  const author = signature("author", body.author) ?? committer;
  await setTimeout(commitMs);
  const now = git.branches.get(branch);
  if (now !== expected) throw new Refusal(409, `is at ${now} but expected ${expected}`, "rest/repos/contents");
  return git.commit(branch, { files: { [path]: content }, message: body.message, author, committer });
}

function signature(role: string, given: object | undefined): Signature | undefined {
  if (!given) return undefined;
  const { name, email, date } = given as Partial<Record<keyof Signature, unknown>>;
  if (typeof name !== "string" || typeof email !== "string") {
    const missing = typeof name === "string" ? "email" : "name";
    throw invalidRequest(`For 'properties/${role}', "${missing}" wasn't supplied.`);
  }
  return { name, email, date: typeof date === "string" ? timestamp(new Date(date)) : timestamp() };
}
