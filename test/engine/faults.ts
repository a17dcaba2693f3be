/** The failures that whole runs are tried with, and how a set-up repository is judged after them. */
import type { Fault, Faults, FaultyRequest } from "../../sandbox/faults.ts";
import { fileText, listCredentialsOf } from "../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../sandbox/world.ts";

export const workflowPath = ".github/workflows/claude.yml";

export function answer(status: number, body: object, headers: Record<string, string> = {}): Fault {
  return { kind: "answer", status, body, headers };
}

/** GitHub's refusal of a single commit. */
export const refusedCommit = (message: string): Fault =>
  answer(200, { data: { c0: null }, errors: [{ type: "UNPROCESSABLE", path: ["c0"], message }] });

/** What may happen to a request of any service. */
export const faults: Record<string, Fault> = {
  "connection lost before": { kind: "drop before" },
  "connection lost after": { kind: "drop after" },
  "500": answer(500, { message: "Internal Server Error" }),
  "502": answer(502, { message: "Bad Gateway" }),
  "429": answer(429, { message: "Too Many Requests" }, { "retry-after": "1" }),
  "401": answer(401, { message: "Bad credentials" }),
};

/** The provider knows a secondary limit by the documentation's address (google/go-github, `AbuseRateLimitError`). */
export const githubFaults: Record<string, Fault> = {
  ...faults,
  "403 secondary limit": answer(
    403,
    {
      message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
      documentation_url:
        "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
    },
    { "retry-after": "1" },
  ),
};

export interface Route {
  method: string;
  /** Of the path below the repository. */
  path: RegExp;
}

/** One fault at one route of one repository. */
export interface Row {
  /** `route, fault` */
  name: string;
  repository: string;
  matches(request: FaultyRequest): boolean;
  fault: Fault;
}

/** What the provider does with a failed read depends on little: these stand for the others. */
const readFaults = ["connection lost after", "502", "403 secondary limit"];

/**
 * Every route that writes with every fault, and every one that reads with three, each in a repository of its own, so that one
 * run tries them all.
 */
export function rowsOf(routes: Record<string, Route>, prefix: string): Row[] {
  const pairs = Object.entries(routes).flatMap(([route, where]) =>
    Object.entries(githubFaults)
      .filter(([how]) => where.method !== "GET" || readFaults.includes(how))
      .map(([how, fault]) => ({ name: `${route}, ${how}`, where, fault })),
  );
  return pairs.map(({ name, where, fault }, index) => {
    const repository = `${prefix}-${index + 1}`;
    const root = `/api/v3/repos/acme/${repository}`;
    return {
      name,
      repository,
      fault,
      matches: ({ method, path }) =>
        method === where.method && path.startsWith(root) && where.path.test(path.slice(root.length)),
    };
  });
}

/** The first choice that is one. */
export function firstOf(choosers: Faults[]): Faults {
  return (request) => {
    for (const choose of choosers) {
      const fault = choose(request);
      if (fault) return fault;
    }
    return undefined;
  };
}

/** Commits of the default branch that touch the workflow file. */
export function workflowCommits(world: World, slug: string): number {
  const { git, defaultBranch } = world.github.state.repository(slug);
  const tip = git.tip(defaultBranch);
  if (!tip) return 0;
  return git.history(tip).filter((commit) => git.changes(commit).some(({ path }) => path === workflowPath)).length;
}

/** What a repository lacks, or has twice, against one that was set up without a fault; nothing when it is the same. */
export function defects(world: World, slug: string, wanted: { text: string; commits: number }): string[] {
  const clientId = world.github.secretValue(slug, "TS_OAUTH_CLIENT_ID");
  const own = listCredentialsOf(world, slug);
  const identity = own.find(({ id }) => id === clientId);
  const isComplete =
    identity?.keyType === "federated" && identity.audience === world.github.secretValue(slug, "TS_AUDIENCE");
  const commits = workflowCommits(world, slug);
  return [
    ...(own.length === 1 ? [] : [`${own.length} credentials`]),
    ...(isComplete ? [] : ["the secrets are those of no credential"]),
    ...(fileText(world, slug, workflowPath)?.includes(wanted.text) ? [] : ["the workflow file is not as wanted"]),
    ...(commits === wanted.commits ? [] : [`${commits} commits of the workflow file`]),
  ];
}
