/** Pull requests within one repository. https://docs.github.com/en/rest/pulls/pulls */
import { Hono } from "hono";
import { unknownRoute } from "../service.ts";
import { writersOnly } from "./access.ts";
import { notFound, page, Refusal, readBody, validationFailed } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { PullRequest, Repository } from "./model.ts";
import type { Permission } from "./options.ts";
import { mergePull } from "./people.ts";
import { hasRequirements, pushObstacle } from "./protection.ts";
import { headLabel, pullJson } from "./pull-json.ts";
import { changePull, closePull, notByActions, type Obstacle, openPull, reopenPull } from "./pull-requests.ts";
import { checkWorkflows } from "./refs.ts";

const resource = "PullRequest";

/** Below `/repos/:owner/:repo/pulls`. */
export function pullRoutes(): Hono<Env> {
  return new Hono<Env>()
    .use(writersOnly)
    .post("/", async (c) => {
      const { repository, viewer } = c.var;
      const body = await readBody(c, {
        title: "string",
        head: "string",
        base: "string",
        body: "string?",
        draft: "boolean?",
        maintainer_can_modify: "boolean?",
      });
      if (viewer.job) throw new Refusal(403, notByActions, "rest/pulls/pulls#create-a-pull-request");
      const head = body.head.replace(new RegExp(`^${repository.owner.login}:`, "i"), "");
      const { login, id } = viewer;
      const pull = openPull(repository, {
        ...body,
        head,
        maintainerCanModify: body.maintainer_can_modify,
        author: { login, id },
      });
      if ("kind" in pull) throw refusal(pull);
      return c.json(pullJson(c, c.var.repository, pull), 201);
    })
    .get("/", (c) => {
      const { state = "open", head, base } = c.req.query();
      const { pulls } = c.var.repository;
      const found = pulls.filter(
        (pull) =>
          (state === "all" || pull.state === state) &&
          (!head || head.toLowerCase() === headLabel(c.var.repository, pull).toLowerCase()) &&
          (!base || pull.base === base),
      );
      return c.json(page(c, found.reverse()).map((pull) => pullJson(c, c.var.repository, pull)));
    })
    .get("/:number{[0-9]+}", (c) => {
      const pull = existingPull(c.var.repository, c.req.param("number"));
      if (/\b(diff|patch)\b/.test(c.req.header("Accept") ?? "")) return unknownRoute(c, "It is served as JSON alone.");
      return c.json(pullJson(c, c.var.repository, pull));
    })
    .patch("/:number{[0-9]+}", async (c) => {
      const pull = existingPull(c.var.repository, c.req.param("number"));
      const body = await readBody(c, {
        title: "string?",
        body: "string?",
        state: "string?",
        base: "string?",
        maintainer_can_modify: "boolean?",
      });
      const state = body.state ?? pull.state;
      if (state !== "open" && state !== "closed")
        throw validationFailed([{ resource, field: "state", code: "invalid" }]);
      if (body.base !== undefined && !c.var.repository.git.branches.has(body.base)) {
        throw validationFailed([{ resource, field: "base", code: "invalid" }]);
      }
      if (state === "open" && pull.state === "closed") {
        const reason = reopenPull(c.var.repository, pull);
        const message = `state cannot be changed. ${reason}`;
        if (reason) throw validationFailed([{ resource, field: "state", code: "invalid", message }]);
      }
      if (state === "closed" && pull.state === "open") closePull(pull);
      changePull(pull, {
        title: body.title ?? pull.title,
        body: body.body ?? pull.body,
        base: body.base ?? pull.base,
        maintainerCanModify: body.maintainer_can_modify ?? pull.maintainerCanModify,
      });
      return c.json(pullJson(c, c.var.repository, pull));
    })
    .put("/:number{[0-9]+}/merge", async (c) => {
      const { repository, permission } = c.var;
      const pull = existingPull(repository, c.req.param("number"));
      // The one route here whose body may be left out.
      const hasBody = (await c.req.text()) !== "";
      const { merge_method: method = "merge" } = hasBody ? await readBody(c, { merge_method: "string?" }) : {};
      if (method !== "merge" && method !== "squash" && method !== "rebase")
        throw validationFailed([{ resource, field: "merge_method", code: "invalid" }]);
      const obstacle = mergeObstacle(repository, pull, permission);
      if (obstacle) throw new Refusal(405, obstacle, "rest/pulls/pulls#merge-a-pull-request");
      checkWorkflows(c, pull.headSha);
      mergePull(repository, pull.number, { method });
      return c.json({ sha: pull.mergeSha, merged: true, message: "Pull Request successfully merged" });
    });
}

/** Why the button does nothing. Nobody can review here, so what needs an approval is for those whom the rule does not bind. */
function mergeObstacle(repository: Repository, { state, draft, base }: PullRequest, permission: Permission) {
  if (state !== "open") return "Pull Request is not mergeable";
  if (draft) return "Pull Request is still a draft";
  const isBound = pushObstacle(repository, base, permission, "update") !== undefined;
  if (isBound && hasRequirements(repository, base)) {
    return "At least 1 approving review is required by reviewers with write access.";
  }
  return undefined;
}

function refusal(obstacle: Obstacle): Refusal {
  if ("message" in obstacle) return validationFailed([{ resource, code: "custom", message: obstacle.message }]);
  return validationFailed([{ resource, field: obstacle.kind === "no head" ? "head" : "base", code: "invalid" }]);
}

/** The pull request of that number; 404 when there is none. */
export function existingPull(repository: Repository, number: string): PullRequest {
  const pull = repository.pulls.find((one) => one.number === Number(number));
  if (!pull) throw notFound();
  return pull;
}
