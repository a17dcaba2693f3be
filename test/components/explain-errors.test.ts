import type * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { createExplainer } from "../../components/explain-errors.ts";

const secret = "github:index/actionsSecret:ActionsSecret";
const identity = "tailscale:index/federatedIdentity:FederatedIdentity";
const put = (path: string, status: string) =>
  `1 error occurred:\n\t* PUT https://api.github.com/repos/acme/${path}: ${status} []\n\n`;

function trial() {
  const said: string[] = [];
  const hook = createExplainer((message) => said.push(message));
  const failure = (name: string, type: string, ...errors: string[]) =>
    hook({ name, type, urn: "", id: "", failedOperation: "create", errors } as unknown as pulumi.ErrorHookArgs);
  return { said, failure };
}

it("says resource, cause and fix, once for a hundred resources that fail alike, and retries none", async () => {
  const { said, failure } = trial();
  for (let i = 0; i < 100; i++) {
    expect(
      await failure(
        `r${i}`,
        secret,
        put(`r${i}/actions/secrets/TS_AUDIENCE`, "403 Resource not accessible by integration"),
      ),
    ).toBe(false);
  }
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^Why r0, .* created .*\n {2}Cause: Secrets are not writable .*\n {2}Fix: .*Secrets, write/);
});

it("explains another cause, and the same status of another kind of resource, on its own", async () => {
  const { said, failure } = trial();
  await failure("a", secret, put("a/actions/secrets/TS_AUDIENCE", "404 Not Found"));
  await failure("b", secret, put("b/actions/secrets/TS_AUDIENCE", "401 Bad credentials"));
  await failure("a", identity, "requested tags [tag:ci] are invalid or not permitted (400)");
  expect(said.map((text) => /Cause: (.{20})/.exec(text)?.[1])).toEqual([
    "the token may not se",
    "the GitHub token is ",
    "the deployer is a tr",
  ]);
});

it("looks at the newest error, and leaves alone what it does not know", async () => {
  const { said, failure } = trial();
  await failure("a", secret, "something new", put("a/actions/secrets/TS_AUDIENCE", "404 Not Found"));
  await failure("a", "random:index:Thing", put("a/actions/secrets/TS_AUDIENCE", "404 Not Found"));
  expect(said).toEqual([]);
});
