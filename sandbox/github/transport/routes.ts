/** Repositories for Git itself, over HTTP. https://git-scm.com/docs/gitprotocol-http */
import { gunzipSync } from "node:zlib";
import { type Context, Hono } from "hono";
import { unknownRoute } from "../../service.ts";
import { hasRight } from "../actions/job-rights.ts";
import { actAs } from "../actor.ts";
import { origin } from "../answers.ts";
import { type Repository, slug } from "../model.ts";
import type { Permission } from "../options.ts";
import type { GitHubState } from "../state.ts";
import { atLeast, type Viewer } from "../viewer.ts";
import { advertiseFetch, answerFetch } from "./fetch.ts";
import { BadRequest } from "./packet-lines.ts";
import { advertisePush, answerPush } from "./push.ts";

interface GitEnv {
  Variables: { repository: Repository; viewer: Viewer | undefined; permission: Permission };
}

type Service = "git-upload-pack" | "git-receive-pack";

/** `/:owner/:repo/info/refs` and what follows it; a name may end in `.git`. */
export function gitRoutes(state: GitHubState): Hono<GitEnv> {
  return new Hono<GitEnv>()
    .onError((error, c) => {
      if (error instanceof BadRequest) return c.text(`${error.message}\n`, 400);
      throw error;
    })
    .get("/:owner/:repo/info/refs", async (c) => {
      const service = c.req.query("service");
      if (service !== "git-upload-pack" && service !== "git-receive-pack") {
        return unknownRoute(c, "Git without its smart protocol is not served.");
      }
      const refused = admit(state, c, service);
      if (refused) return refused;
      const { repository } = c.var;
      const answer = service === "git-upload-pack" ? advertiseFetch(repository) : advertisePush(repository);
      return send(c, `application/x-${service}-advertisement`, answer);
    })
    .post("/:owner/:repo/git-upload-pack", async (c) => {
      const refused = admit(state, c, "git-upload-pack");
      if (refused) return refused;
      return send(c, "application/x-git-upload-pack-result", answerFetch(c.var.repository, await bodyOf(c)));
    })
    .post("/:owner/:repo/git-receive-pack", async (c) => {
      const refused = admit(state, c, "git-receive-pack");
      if (refused) return refused;
      const { repository, viewer, permission } = c.var;
      const body = await bodyOf(c);
      if (!viewer) throw new Error("a push without an author");
      const answer = await actAs(viewer, () => answerPush(repository, { viewer, permission }, body));
      return send(c, "application/x-git-receive-pack-result", answer);
    });
}

/** Whether the request may do that; else the answer that says why not, in GitHub's words. */
function admit(state: GitHubState, c: Context<GitEnv>, service: Service): Response | undefined {
  const name = c.req.param("repo")?.replace(/\.git$/, "") ?? "";
  const token = tokenOf(c);
  const viewer = token === undefined ? undefined : state.viewers.get(token);
  const found = state.find(c.req.param("owner") ?? "", name);
  // Who is nobody learns nothing, not even whether it exists; but what is public, anybody may fetch.
  const isOpen = found?.repository.visibility === "public" && service === "git-upload-pack" && token === undefined;
  if (!viewer && !isOpen) {
    const text = token === undefined ? "" : "Invalid username or token. Password authentication is not supported.\n";
    return c.text(text, 401, { "WWW-Authenticate": 'Basic realm="GitHub"' });
  }
  const repository = found?.repository;
  const permission = repository && (viewer?.access(repository) ?? "read");
  if (!repository || !permission || permission === "none" || !mayFetch(repository, viewer)) {
    return c.text("Repository not found.\n", 404);
  }
  if (viewer?.needsSingleSignOn(repository)) {
    return c.text("The organization has enabled or enforced SAML SSO.\n", 403);
  }
  if (found.kind === "renamed") {
    const { pathname, search } = new URL(c.req.url);
    const rest = pathname.split("/").slice(3).join("/");
    return c.redirect(`${origin(c)}/${slug(repository)}/${rest}${search}`, 301);
  }
  if (service === "git-receive-pack") {
    if (!atLeast(permission, "write") || (viewer?.job && !hasRight(viewer, "contents=write"))) {
      return c.text("Write access to repository not granted.\n", 403);
    }
    if (repository.archived) return c.text("This repository was archived so it is read-only.\n", 403);
    if (repository.disabled) return c.text("Access to this repository has been disabled.\n", 403);
  }
  c.set("repository", repository);
  c.set("viewer", viewer);
  c.set("permission", permission);
  return undefined;
}

/** The token of a job reads its own repository with `contents: read`; what is public, without. */
const mayFetch = ({ visibility }: Repository, viewer: Viewer | undefined): boolean =>
  visibility === "public" || !viewer?.job || hasRight(viewer, "contents=read");

/** A password, whatever the name beside it; Git itself sends no other form, a header in its configuration may. */
function tokenOf(c: Context): string | undefined {
  const [, scheme = "", value = ""] = /^(basic|bearer|token)\s+(\S+)$/i.exec(c.req.header("Authorization") ?? "") ?? [];
  if (scheme === "") return undefined;
  if (scheme.toLowerCase() !== "basic") return value;
  const [name = "", ...password] = Buffer.from(value, "base64").toString("utf8").split(":");
  return password.join(":") || name;
}

async function bodyOf(c: Context): Promise<Buffer> {
  const body = Buffer.from(await c.req.arrayBuffer());
  if (c.req.header("Content-Encoding") !== "gzip") return body;
  try {
    return gunzipSync(body, { maxOutputLength: 64 * 1024 * 1024 });
  } catch {
    throw new BadRequest("the body is damaged");
  }
}

const send = (c: Context, type: string, bytes: Buffer): Response =>
  c.body(new Uint8Array(bytes), 200, { "Content-Type": type, "Cache-Control": "no-cache" });
