/** What a run says where a provider got no answer, or one that is not the API's: each has its entry, and none shows a credential. */
import { beforeAll, describe, expect, it } from "vitest";
import { githubErrors, type ProviderError, tailscaleErrors } from "../../core/messages/provider-errors.ts";
import type { Fault } from "../../sandbox/faults.ts";
import { diagnostics, expectReadable, secretsOf, timesExplained } from "./diagnostics.ts";
import { answer } from "./faults.ts";
import { sharedStage } from "./shared-stage.ts";
import { fail } from "./support.ts";

const page = (status: number): Fault => ({ kind: "text", status, text: "<html>Sign in</html>", type: "text/html" });
const faults: Record<string, Fault> = {
  "429": answer(429, { message: "Too Many Requests" }),
  "500": answer(500, { message: "Internal Server Error" }),
  "a page, 200": page(200),
  "a page, 502": page(502),
  "nothing, 200": { kind: "text", status: 200, text: "", type: "application/json" },
  "a broken connection": { kind: "drop before" },
};

function entry(list: readonly ProviderError[], text: string): ProviderError {
  const found = list.find(({ theirs }) => theirs.join().includes(text));
  if (!found) throw new Error(`no entry ${text}`);
  return found;
}

const component = (file: string) => JSON.stringify(new URL(`../../components/${file}`, import.meta.url).pathname);
const policy = '{ "tagOwners": { "tag:ci": [] }, "grants": [{ "src": ["*"], "dst": ["*"], "ip": ["*"] }] }';

/** The text of the run in which every request of that kind fails so. */
function tried(service: "tailscale" | "github", program: string, matches: (method: string, path: string) => boolean) {
  const stage = sharedStage({ program, policy });
  const outputs: Record<string, string> = {};
  beforeAll(async () => {
    for (const [name, fault] of Object.entries(faults)) {
      stage.world[service].faults.choose = ({ method, path }) => (matches(method, path) ? fault : undefined);
      outputs[name] = await fail(stage.project, "up", "--skip-preview");
    }
    delete stage.world[service].faults.choose;
  }, 300_000);
  return { stage, outputs };
}

describe("Tailscale", () => {
  const program = `import { RunnerIdentity } from ${component("index.ts")};
new RunnerIdentity("identity", {
  repository: "acme/app", tag: "tag:ci",
  credential: { kind: "federated", subject: "repo:acme/app:pull_request", customClaimRules: {} },
});
`;
  const { stage, outputs } = tried("tailscale", program, (method, path) => method === "POST" && path.endsWith("/keys"));
  it.each([
    ["429", "(429)"],
    ["500", "(500)"],
    ["a page, 200", "invalid character"],
    ["a page, 502", "invalid character"],
    ["nothing, 200", "hujson"],
    ["a broken connection", "EOF"],
  ])("%s", (name, text) => {
    const output = outputs[name] ?? "";
    expect(timesExplained(output, entry(tailscaleErrors, text)), output).toBe(1);
    expectReadable(diagnostics(output), secretsOf(stage.world));
  });
});

describe("GitHub", () => {
  const program = `import { ActionsSecret } from ${component("providers.ts")};
import { explainErrors } from ${component("explain-errors.ts")};
new ActionsSecret("secret", { repository: "app", secretName: "X", value: "made-up" }, { hooks: explainErrors() });
`;
  const { stage, outputs } = tried(
    "github",
    program,
    (method, path) => method === "GET" && path.endsWith("/public-key"),
  );
  it.each([
    ["429", "429"],
    ["500", "500"],
    ["a page, 200", "invalid character"],
    ["a page, 502", "500"],
    // The provider says: could not convert publicKey to bytes.
    ["nothing, 200", "invalid character"],
    ["a broken connection", "EOF"],
  ])("%s", (name, text) => {
    const output = outputs[name] ?? "";
    expect(timesExplained(output, entry(githubErrors, text)), output).toBe(1);
    expectReadable(diagnostics(output), secretsOf(stage.world));
  });
});
