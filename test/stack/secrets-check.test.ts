/** Which secrets would be replaced that are not the stack's. */
import { describe, expect, it } from "vitest";
import { contentOfRepository } from "../../core/delivery/content.ts";
import { renderOnce } from "../../core/delivery/rendered.ts";
import { parseSettings } from "../../core/settings/settings.ts";
import { keyOfCall } from "../../core/workflow/file.ts";
import { mostPermissions } from "../../core/workflow/presets.ts";
import { listUnknownSecrets } from "../../stack/secrets-check.ts";
import type { StackResources } from "../../stack/state.ts";

const prefix = "urn:pulumi:prod::claude-aperture::claude-aperture:index:ClaudeRepository";
const federated = "tailscale:index/federatedIdentity:FederatedIdentity";
const oauth = "tailscale:index/oauthClient:OauthClient";
const secretType = "github:index/actionsSecret:ActionsSecret";

const credential = (name: string, type = federated): StackResources => ({
  [`${prefix}$${type}::${name}`]: { type, outputs: {} },
});
const secret = (repository: string, secretName: string): StackResources => ({
  [`${prefix}$${secretType}::${repository}-${secretName}`]: { type: secretType, outputs: { repository, secretName } },
});
const file = { repository: "acme/.github", path: ".github/workflows/claude-claude-aperture-prod.yml", branch: "main" };
const key = keyOfCall(file);
const standalone = { ...secret("app", "TS_OAUTH_CLIENT_ID"), ...secret("app", "TS_AUDIENCE") };

describe("the secrets that are written and not in the state", () => {
  it.each<{ of: string; state: StackResources; config?: Record<string, unknown>; want: string[] }>([
    { of: "a new repository", state: {}, want: ["TS_OAUTH_CLIENT_ID", "TS_AUDIENCE"] },
    {
      of: "a new repository with an OAuth client",
      state: {},
      config: { identity: { kind: "oauth" } },
      want: ["TS_OAUTH_CLIENT_ID", "TS_OAUTH_SECRET"],
    },
    {
      of: "a new caller",
      state: {},
      config: { delivery: { kind: "central" } },
      want: [`TS_CENTRAL_CLIENT_ID_${key.toUpperCase()}`, `TS_CENTRAL_AUDIENCE_${key.toUpperCase()}`],
    },
    { of: "one that is set up", state: { ...credential("acme-app-identity-federated"), ...standalone }, want: [] },
    { of: "one whose credential was noted, and no secret", state: credential("acme-app-identity-federated"), want: [] },
    { of: "one whose credential has gone", state: standalone, want: [] },
    {
      of: "one whose credential has gone, and one secret",
      state: secret("app", "TS_OAUTH_CLIENT_ID"),
      want: ["TS_AUDIENCE"],
    },
    {
      of: "one that is to have an OAuth client",
      state: { ...credential("acme-app-identity-federated"), ...standalone },
      config: { identity: { kind: "oauth" } },
      want: ["TS_OAUTH_SECRET"],
    },
    {
      of: "one whose OAuth client is there already",
      state: { ...credential("acme-app-identity-oauth", oauth), ...standalone },
      config: { identity: { kind: "oauth" } },
      want: [],
    },
    {
      of: "one whose OAuth client is made anew",
      state: credential("acme-app-identity-oauth", oauth),
      config: { identity: { kind: "oauth", rotation: "2" } },
      want: ["TS_OAUTH_CLIENT_ID", "TS_OAUTH_SECRET"],
    },
    {
      of: "one that becomes a caller",
      state: { ...credential("acme-app-identity-federated"), ...standalone },
      config: { delivery: { kind: "central" } },
      want: [`TS_CENTRAL_CLIENT_ID_${key.toUpperCase()}`, `TS_CENTRAL_AUDIENCE_${key.toUpperCase()}`],
    },
    {
      of: "a caller that is half set up",
      state: credential(`acme-app@${key}-identity-federated`),
      config: { delivery: { kind: "central" } },
      want: [],
    },
    {
      of: "one that was renamed",
      state: { ...credential("acme-old-identity-federated") },
      config: { repositories: [{ name: "app", formerly: ["old"] }] },
      want: [],
    },
    {
      of: "one that was renamed, without its credential",
      state: { ...secret("old", "TS_OAUTH_CLIENT_ID"), ...secret("App", "TS_AUDIENCE") },
      config: { repositories: [{ name: "app", formerly: ["old"] }] },
      want: [],
    },
    {
      of: "one beside another whose name begins with its name",
      state: { ...credential("acme-app-x-identity-federated"), ...secret("app-x", "TS_OAUTH_CLIENT_ID") },
      want: ["TS_OAUTH_CLIENT_ID", "TS_AUDIENCE"],
    },
  ])("of $of: $want", ({ state, config = {}, want }) => {
    const { settings } = parseSettings({
      config: {
        "github:owner": "acme",
        ...Object.fromEntries(
          Object.entries({ repositories: ["app"], ...config }).map(([key, value]) => [
            `claude-aperture:${key}`,
            JSON.stringify(value),
          ]),
        ),
      },
      project: "claude-aperture",
      stack: "prod",
      environment: {},
    });
    const [repository] = settings.repositories;
    if (!repository) throw new Error("no repository");
    const { workflow, identity, tag, delivery } = repository;
    const content = { workflow, identity, tag, hostname: "ai", owner: settings.policy.owner };
    const call = { file, scope: "repository", permissions: mostPermissions } as const;
    const { text } = renderOnce(contentOfRepository(content, delivery.kind === "central" ? call : undefined));
    expect(listUnknownSecrets(state, repository, text)).toEqual(want);
  });
});
