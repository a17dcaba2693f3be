import { describe, expect, it, onTestFinished } from "vitest";
import { startGitHub, type TokenOptions } from "../../sandbox/github/index.ts";
import { connectToGitHub } from "../../services/github/connection.ts";
import { observeScopes } from "../../services/github/scopes.ts";
import { findMissingScopes } from "../../stack/token-scopes.ts";

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
