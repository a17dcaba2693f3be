/** What the two official providers say of a refused request, and that the run explains it: once, in a few lines. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { toPlainText } from "../../core/messages/entry.ts";
import { githubErrors, type ProviderError, tailscaleErrors } from "../../core/messages/provider-errors.ts";
import type { FaultyRequest } from "../../sandbox/faults.ts";
import { blocks, expectReadable, secretsOf, timesExplained } from "./diagnostics.ts";
import { sharedStage } from "./shared-stage.ts";
import { fail, oneRepository } from "./support.ts";

const root = join(import.meta.dirname, "..", "..");
const components = JSON.stringify(join(root, "components", "index.ts"));

/** Bodies as GitHub sends them. */
const github = {
  401: "Bad credentials",
  403: "Resource not accessible by personal access token",
  404: "Not Found",
  422: "Validation Failed",
};
/** Bodies as Tailscale sends them; that of 422 is made up. */
const tailscale = {
  401: "API token invalid",
  403: "calling actor does not have enough permissions to perform this function",
  404: "not found",
  422: "unprocessable",
};
type Status = keyof typeof github;

function answer(status: Status, messages: typeof github) {
  const documentation =
    messages === github ? { documentation_url: "https://docs.github.com/rest", status: String(status) } : {};
  return { kind: "answer" as const, status, body: { message: messages[status], ...documentation } };
}

function entry(list: readonly ProviderError[], text: string): ProviderError {
  const found = list.find(({ theirs, when }) => `${when}: ${theirs.join()}`.includes(text));
  if (!found) throw new Error(`no entry ${text}`);
  return found;
}

const explanation = ({ cause, fix }: ProviderError) =>
  `    Cause: ${toPlainText(cause)}.\n      Fix: ${toPlainText(fix)}.`;

const anyGitHub = entry(githubErrors, "403 ...");
const wrongToken = entry(githubErrors, "401");
const secret403 = entry(githubErrors, "for a secret: 403");
const secret404 = entry(githubErrors, "for a secret: 404");
const secret422 = entry(githubErrors, "for a secret: 422");

interface Row {
  method: string;
  /** Of the route, behind the repository. */
  route: string;
  resource: string;
  explained: Partial<Record<Status, ProviderError>>;
}

/**
 * 404 is no error for what is to be deleted. A refused read of the secret that was
 * just written is none for the provider.
 */
const creations: Row[] = [
  {
    method: "GET",
    route: "",
    resource: "secret-audience",
    explained: { 401: wrongToken, 403: anyGitHub, 404: anyGitHub, 422: anyGitHub },
  },
  {
    method: "GET",
    route: "/actions/secrets/public-key",
    resource: "secret-audience",
    explained: { 401: wrongToken, 403: secret403, 404: secret404, 422: secret422 },
  },
  {
    method: "PUT",
    route: "/actions/secrets/TS_AUDIENCE",
    resource: "secret-audience",
    explained: { 401: wrongToken, 403: secret403, 404: secret404, 422: secret422 },
  },
];
const deletions: Row[] = [
  {
    method: "DELETE",
    route: "/actions/secrets/TS_AUDIENCE",
    resource: "secret-audience",
    explained: { 401: wrongToken, 403: secret403, 422: secret422 },
  },
];

interface Case extends Row {
  name: string;
  status: Status;
  entry: ProviderError;
  repository: string;
}

/** A repository for each case, so that one run shows them all. */
function cases(rows: Row[], prefix: string): Case[] {
  return rows.flatMap((row, index) =>
    Object.entries(row.explained).map(([status, entry]) => ({
      ...row,
      name: `${row.method} repository${row.route}: ${status}`,
      status: Number(status) as Status,
      entry,
      repository: `${prefix}${index}-${status}`,
    })),
  );
}

const named = (list: Case[]) => list.map((c) => [c.name, c] as const);

const created = cases(creations, "create");
const deleted = cases(deletions, "delete");

/** One ClaudeRepository each, without policy entries: the tag is in the policy file already. */
function program(repositories: string[]): string {
  return `import { ClaudeRepository } from ${components};
for (const name of ${JSON.stringify(repositories)}) {
  new ClaudeRepository(name, {
    delivery: { kind: "output" },
    repository: { slug: "acme/" + name, id: 1, nodeId: "R_1", ownerId: 1, url: "https://github.com/acme/" + name, oidc: { useDefault: true } },
    hostname: "ai",
    tag: "tag:ci",
    identity: { kind: "federated" },
    workflow: { presets: ["review"], path: ".github/workflows/claude.yml", runsOn: "ubuntu-latest", timeoutMinutes: 5, actions: {} },
  });
}
`;
}

const policy = '{ "tagOwners": { "tag:ci": [] }, "grants": [{ "src": ["*"], "dst": ["*"], "ip": ["*"] }] }';

function faultOf(list: Case[]) {
  return ({ method, path }: FaultyRequest) => {
    const found = list.find((c) => c.method === method && path === `/api/v3/repos/acme/${c.repository}${c.route}`);
    return found && answer(found.status, github);
  };
}

/** One block per failed resource, and the explanation: what a person reads of one cause. */
function expectExplained(output: string, { entry, repository, resource }: Case, secrets: string[]): void {
  const own = blocks(output).get(`${repository}-${resource}`) ?? [];
  expect(own.join("\n")).toMatch(entry.pattern);
  expect(timesExplained(output, entry)).toBe(1);
  expectReadable([...own, ...explanation(entry).split("\n"), "heading", "heading", "update failed"], secrets);
}

describe("errors of the GitHub provider", () => {
  const all = [...created, ...deleted].map(({ repository }) => repository);
  const stage = sharedStage({
    config: { ...oneRepository, "claude-aperture:repositories": all },
    repositories: all.map((name) => `acme/${name}` as const),
    program: program(all),
    policy,
  });
  const outputs = { up: "", destroy: "" };

  beforeAll(async () => {
    const { world, project } = stage;
    world.github.faults.choose = faultOf(created);
    outputs.up = await fail(project, "up", "--skip-preview", "--continue-on-error", "--parallel", "40");
    world.github.faults.choose = faultOf(deleted);
    outputs.destroy = await fail(
      project,
      "destroy",
      "--skip-preview",
      "--run-program",
      "--continue-on-error",
      "--parallel",
      "40",
    );
  });

  it.each(named(created))("%s, in up", (_, c) => expectExplained(outputs.up, c, secretsOf(stage.world)));

  it.each(named(deleted))("%s, in destroy --run-program", (_, c) =>
    expectExplained(outputs.destroy, c, secretsOf(stage.world)),
  );
});

describe("errors of the Tailscale provider", () => {
  const statuses: Status[] = [401, 403, 404, 422];
  const entries: Record<number, ProviderError> = {
    401: entry(tailscaleErrors, "(401)"),
    403: entry(tailscaleErrors, "calling actor"),
    404: entry(tailscaleErrors, "... (404)"),
    422: entry(tailscaleErrors, "(422)"),
  };
  const identities = (tag: string) => `import { RunnerIdentity } from ${components};
for (const status of ${JSON.stringify(statuses)}) {
  new RunnerIdentity("identity-" + status, {
    repository: "acme/app",
    tag: "tag:ci",
    credential: { kind: "federated", subject: "repo:acme/app:" + ${JSON.stringify(tag)}, customClaimRules: {} },
  });
}
`;
  const stage = sharedStage({ program: identities("pull_request"), policy });
  /** By method; which resource gets which status is left to the order of the requests. */
  const outputs: Record<string, string> = {};

  beforeAll(async () => {
    const { world, project } = stage;
    const failWith = async (method: string, command: string, ...args: string[]) => {
      const left = [...statuses];
      world.tailscale.faults.choose = (request) => {
        const status = request.method === method && request.path.includes("/keys") ? left.shift() : undefined;
        return status && answer(status, tailscale);
      };
      outputs[method] = await fail(project, command, "--skip-preview", "--continue-on-error", ...args);
      delete world.tailscale.faults.choose;
    };
    await failWith("POST", "up");
    await project.pulumi("up", "--yes", "--skip-preview", "--non-interactive");
    writeFileSync(join(project.directory, "index.ts"), identities("changed"));
    await failWith("PUT", "up");
    await failWith("DELETE", "destroy", "--run-program");
  });

  const rows = [
    ...statuses.map((status) => ["POST", status] as const),
    ...statuses.map((status) => ["PUT", status] as const),
    // A credential that is gone needs no deletion.
    ...statuses.filter((status) => status !== 404).map((status) => ["DELETE", status] as const),
  ];
  it.each(rows)("%s of a key: %i", (method, status) => {
    const output = outputs[method] ?? "";
    const wanted = entries[status] as ProviderError;
    expect(timesExplained(output, wanted)).toBe(1);
    const own = [...blocks(output)].filter(([name]) => name.startsWith("identity-")).map(([, lines]) => lines);
    const failed = own.find((lines) => lines.some((line) => line.includes(`(${status})`)));
    expect(failed?.join("\n")).toMatch(wanted.pattern);
    expectReadable([...(failed ?? []), ...explanation(wanted).split("\n"), "heading"], secretsOf(stage.world));
  });
});
