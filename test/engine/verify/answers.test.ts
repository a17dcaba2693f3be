/** What `npm run verify` makes of services that refuse it, or answer otherwise than they should. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Fault } from "../../../sandbox/faults.ts";
import type { Service } from "../../../sandbox/service.ts";
import { runVerify } from "../../commands/run-verify.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { sharedStage } from "../shared-stage.ts";
import { succeed } from "../support.ts";
import type { Verified } from "./verified.ts";

const stage = sharedStage({
  inline: claudeAperture,
  repositories: ["acme/app", "acme/api"],
  config: {
    "github:owner": "acme",
    "claude-aperture:aperture": { device: "tag:aperture" },
    "claude-aperture:repositories": ["app", { name: "api", tag: "tag:ci-api", identity: { kind: "oauth" } }],
  },
});

beforeAll(async () => {
  await succeed(stage.project, "up");
});

/** Its output is searched for secrets at the end, as what the engine prints. */
async function look(environment: Record<string, string> = {}): Promise<Verified> {
  const { project } = stage;
  const all = { ...project.environment, ...environment };
  const printed = await runVerify(project.directory, all, "--stack", "test", "--json");
  project.outputs.push({ command: "verify", output: printed.stdout + printed.stderr });
  return JSON.parse(printed.stdout);
}

/** What cannot be told, by id; for the stack or in any repository. */
const listUntold = ({ checks }: Verified): string[] => [
  ...new Set(checks.filter(({ status, waits }) => status === "unknown" && !waits).map(({ id }) => id)),
];

/** A trust credential of the deployer's, with these scopes, and the variables that name it. */
async function deployWith(scopes: string[]): Promise<Record<string, string>> {
  const { tailscale, environment } = stage.world;
  const response = await fetch(`${tailscale.url}/api/v2/tailnet/-/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${environment.TAILSCALE_API_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ keyType: "client", description: "reader", scopes }),
  });
  const { id, key } = (await response.json()) as { id: string; key: string };
  return { TAILSCALE_API_KEY: "", TAILSCALE_OAUTH_CLIENT_ID: id, TAILSCALE_OAUTH_CLIENT_SECRET: key };
}

const readers = ["policy_file:read", "devices:core:read", "dns:read", "federated_keys:read", "oauth_keys:read"];

describe("a trust credential that may only read", () => {
  it("is enough", async () => {
    const verified = await look(await deployWith(readers));
    expect(listUntold(verified)).toEqual([]);
    expect(verified.exitCode).toBe(0);
    const others = verified.checks.filter(({ id }) => id === "credential-others");
    expect(others.map(({ status }) => status)).toEqual(["ok", "ok"]);
    expect(JSON.stringify(others)).toContain("as far as our own credential can see");
  });

  it.each([
    ["policy_file:read", ["policy-read"]],
    ["devices:core:read", ["device-found"]],
    // It lists what is of its own kind, and may not look at the others.
    ["federated_keys:read", ["credential-exists"]],
    // Nothing else needs it: without it the check is left out.
    ["dns:read", []],
  ] as const)("without %s says what it cannot tell", async (missing, untold) => {
    const verified = await look(await deployWith(readers.filter((scope) => scope !== missing)));
    expect(listUntold(verified)).toEqual(untold);
    expect(verified.exitCode).toBe(untold.length > 0 ? 2 : 0);
    const [first] = verified.checks.filter(({ status, waits }) => status === "unknown" && !waits);
    if (untold.length > 0) expect(first?.reason).toContain(missing.replace(":read", ""));
  });
});

const page: Fault = { kind: "text", status: 200, text: "<html><body>Log in</body></html>", type: "text/html" };
const faults: Record<string, Fault> = {
  "a page in place of each answer": page,
  "an object that says nothing": { kind: "answer", status: 200, body: {} },
  "a list in place of an object": { kind: "answer", status: 200, body: [] },
  "a refusal": { kind: "answer", status: 403, body: { message: "Resource not accessible by integration" } },
  "that there is no such thing": { kind: "answer", status: 404, body: { message: "Not Found" } },
  "an error that repeats the credential": { kind: "echo", status: 400 },
};

describe.each(["github", "tailscale"] as const)("where %s answers", (name) => {
  it.each(Object.entries(faults))("%s, nothing is said to work, and nothing is shown", async (_, fault) => {
    const service: Service = stage.world[name];
    service.faults.choose = () => fault;
    try {
      const verified = await look();
      expect(verified.answer).toMatch(/^2 repositories: 0 work, /);
      expect([1, 2]).toContain(verified.exitCode);
      expect(verified.checks.filter(({ status }) => status === "broken" || status === "unknown")).not.toEqual([]);
    } finally {
      delete service.faults.choose;
    }
  });

  it("one thing otherwise than it should, what does not depend on it is checked all the same", async () => {
    const service: Service = stage.world[name];
    const path = name === "github" ? "/actions/secrets" : "/devices";
    service.faults.choose = (request) => (request.path.endsWith(path) ? page : undefined);
    try {
      const verified = await look();
      expect(listUntold(verified)).toEqual([name === "github" ? "secrets-present" : "device-found"]);
      expect(verified.exitCode).toBe(2);
    } finally {
      delete service.faults.choose;
    }
  });
});
