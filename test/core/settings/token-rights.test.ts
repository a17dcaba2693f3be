import { describe, expect, it, onTestFinished } from "vitest";
import { findMissingActionsRight, findMissingScopes } from "../../../core/settings/token-rights.ts";
import { startGitHub, type TokenOptions } from "../../../sandbox/github/index.ts";
import { connectToGitHub } from "../../../services/github/connection.ts";
import { observeScopes, readAppPermissions } from "../../../services/github/scopes.ts";

describe("scopes that are missing", () => {
  it.each<{ has: string[] | undefined; deliveries: string[]; want: string[] }>([
    { has: ["repo", "workflow"], deliveries: ["commit"], want: [] },
    { has: ["repo"], deliveries: ["commit"], want: ["workflow"] },
    { has: ["repo"], deliveries: ["output", "pull-request"], want: ["workflow"] },
    { has: ["repo"], deliveries: ["output", "central"], want: ["workflow"] },
    { has: ["repo"], deliveries: ["output"], want: [] },
    { has: ["public_repo", "workflow"], deliveries: ["commit"], want: ["repo"] },
    { has: ["read:org"], deliveries: ["commit"], want: ["repo", "workflow"] },
    { has: undefined, deliveries: ["commit"], want: [] },
  ])("of $has for $deliveries: $want", ({ has, deliveries, want }) => {
    const repositories = deliveries.map((kind) => ({ delivery: { kind } }));
    expect(findMissingScopes(has && new Set(has), { repositories } as never)).toEqual(want);
  });
});

describe("the scopes of a credential", () => {
  it.each<{ what: string; options: Omit<TokenOptions, "token">; want: string[] | undefined }>([
    { what: "a classic token", options: { scopes: ["repo", "workflow"] }, want: ["repo", "workflow"] },
    { what: "a token with none, which may be an App's", options: { scopes: [] }, want: undefined },
    { what: "an App", options: { kind: "integration" }, want: undefined },
  ])("are known of $what: $want", async ({ options, want }) => {
    const token = "ghp_exampleOfScopes";
    const github = await startGitHub({ repositories: ["acme/app"], tokens: [{ token, ...options }] });
    onTestFinished(() => github.close());
    const connection = connectToGitHub({ baseUrl: github.url, token }, {});
    const scopes = observeScopes(connection);
    expect(scopes()).toBeUndefined();
    await connection.graphql("{ viewer { login } }");
    expect(scopes() && [...(scopes() ?? [])]).toEqual(want);
  });

  it("are known of a refused request, too", async () => {
    const github = await startGitHub({ repositories: ["acme/app"] });
    onTestFinished(() => github.close());
    const connection = connectToGitHub({ baseUrl: github.url, token: github.token }, {});
    const scopes = observeScopes(connection);
    await connection.request("GET /repos/acme/none").catch(() => {});
    expect(scopes()?.has("workflow")).toBe(true);
  });
});

describe("an App's right to disable workflows", () => {
  it.each<{ has: Record<string, string> | undefined; deliveries: object[]; isTold: boolean }>([
    { has: { contents: "write" }, deliveries: [{ kind: "pull-request" }], isTold: true },
    { has: { actions: "read" }, deliveries: [{ kind: "central", callersBy: "pull-request" }], isTold: true },
    { has: { actions: "write" }, deliveries: [{ kind: "pull-request" }], isTold: false },
    { has: { contents: "write" }, deliveries: [{ kind: "commit" }, { kind: "output" }], isTold: false },
    { has: undefined, deliveries: [{ kind: "pull-request" }], isTold: false },
  ])("is missed with $has for $deliveries: $isTold", ({ has, deliveries, isTold }) => {
    const repositories = deliveries.map((delivery) => ({ delivery }));
    const said = findMissingActionsRight(has, { repositories } as never);
    expect(said !== undefined).toBe(isTold);
    if (isTold) expect(said).toContain("The GitHub App may not disable workflows (Actions, write).");
  });

  it.each([
    ["an App", { type: "token", tokenType: "installation", permissions: { actions: "read" } }, { actions: "read" }],
    ["a token", { type: "token", tokenType: "oauth", token: "made-up" }, undefined],
  ])("is read of %s", async (_, authentication, want) => {
    const auth = Object.assign(async () => authentication, { hook: () => undefined });
    expect(await readAppPermissions({ auth } as never)).toEqual(want);
  });

  it("is not known of a token that is none of an App", async () => {
    expect(await readAppPermissions(connectToGitHub({ token: "made-up-token" }, {}))).toBeUndefined();
  });
});
