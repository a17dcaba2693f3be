/** Which credentials of others let somebody have what the runners have. */
import { describe, expect, it } from "vitest";
import type { RepositoryFacts, TailnetCredential } from "../../../core/checks/facts.ts";
import { findOtherCredentials } from "../../../core/checks/other-credentials.ts";

const githubIssuer = "https://token.actions.githubusercontent.com";

const identity = (values: Partial<TailnetCredential>): TailnetCredential => ({
  ...{ id: "T1-k2", kind: "federated", description: "by hand", scopes: ["auth_keys"], tags: ["tag:ci"] },
  ...{ issuer: githubIssuer, subject: "repo:acme/app:*", rules: {} },
  ...values,
});

function look(credential: TailnetCredential, { own = [] as string[], state = true } = {}) {
  const settings = { slug: "acme/app", formerly: [], tag: "tag:ci", delivery: { kind: "commit" } };
  const facts = {
    stack: {
      settings: { repositories: [settings] },
      setup: state ? { clientIds: new Set(own) } : { unread: "no engine" },
      credentials: { listed: [credential], isWhole: true, unseen: new Map() },
    },
    settings,
    github: { slug: "acme/app", id: 42, ownerId: 7 },
  } as unknown as RepositoryFacts;
  return findOtherCredentials(facts).map(({ why }) => why);
}

const trusts = (subject: string) => [`lets acme/app join as tag:ci: ${subject}`];

describe("a federated identity of others", () => {
  it.each([
    ["every workflow of the repository", "repo:acme/app:*"],
    ["one event of it", "repo:acme/app:pull_request"],
    ["every repository of the owner", "repo:acme/*"],
    ["every repository that there is", "*"],
    ["the immutable form", "repo:acme@7/app@42:*"],
    ["either form", "repo:acme*/*:pull_request"],
  ])("that trusts %s is found", (_, subject) => expect(look(identity({ subject }))).toEqual(trusts(subject)));

  it.each([
    ["another repository", { subject: "repo:acme/api:*" }],
    ["one whose name begins so", { subject: "repo:acme/app-two:*" }],
    ["another owner's", { subject: "repo:other/app:*" }],
    ["an older repository of that name", { subject: "repo:acme@7/app@41:*" }],
    ["another repository by its id", { subject: "*", rules: { repository_id: "41" } }],
    ["another owner by its id", { subject: "*", rules: { repository_owner_id: "8" } }],
    ["another repository by its name", { subject: "*", rules: { repository: "acme/api" } }],
    ["a central file of its owner", { subject: "repo:acme/*", rules: { job_workflow_ref: "acme/.github/x.yml@*" } }],
  ])("that trusts %s is not, but for its tag", (_, values) => {
    expect(look(identity({ ...values, tags: ["tag:other"] }))).toEqual([]);
    expect(look(identity(values))).toEqual(["gives tag:ci, too"]);
  });

  it("that trusts it is found whatever its tag is", () => {
    expect(look(identity({ tags: ["tag:admin"] }))).toEqual(["lets acme/app join as tag:admin: repo:acme/app:*"]);
  });

  it("that trusts a file of the repository is found", () => {
    const rules = { workflow_ref: "acme/app/.github/workflows/other.yml@*", repository_id: "4*" };
    expect(look(identity({ rules }))).toEqual(trusts("repo:acme/app:*"));
  });

  it("is no way in without a scope that makes devices", () => {
    expect(look(identity({ scopes: ["policy_file:read"] }))).toEqual([]);
    expect(look(identity({ scopes: ["all"] }))).toHaveLength(1);
  });
});

describe("other credentials", () => {
  it.each([
    ["an OAuth client", "oauth", ["auth_keys"]],
    ["an auth key", "auth", []],
  ] as const)("%s with the tag is found", (_, kind, scopes) => {
    const { subject, ...credential } = identity({ kind, scopes });
    expect(subject).toBeDefined();
    expect(look(credential)).toEqual(["gives tag:ci, too"]);
  });

  it("the stack's own is none of them", () => expect(look(identity({}), { own: ["T1-k2"] })).toEqual([]));

  it("without a state the program's own are known by their descriptions", () => {
    expect(look(identity({ description: "claude-acme-app-0123abcd-4567ef" }), { state: false })).toEqual([]);
    expect(look(identity({}), { state: false })).toHaveLength(1);
  });
});
