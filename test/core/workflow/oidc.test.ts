/** Federated subjects against the tokens that GitHub emits, matched as Tailscale does: `*` is any text, the rest literal. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventName } from "../../../core/workflow/model.ts";
import { type FederatedSubject, federatedSubject, type SubjectOptions } from "../../../core/workflow/oidc.ts";
import { type PresetName, presetNames } from "../../../core/workflow/options.ts";
import { listEvents } from "../../../core/workflow/triggers.ts";

const app: SubjectOptions = {
  presets: ["review"],
  repository: "acme/app",
  repositoryId: 22,
  ownerId: 11,
  workflowPath: ".github/workflows/claude.yml",
  runsOn: "self-hosted",
  oidc: { useDefault: true, subClaimPrefix: "repo:acme@11/app@22" },
};
const ids = { repository_id: "22", repository_owner_id: "11" };
const event_name = "pull_request";
const workflow_ref = "acme/app/.github/workflows/claude.yml@*";
const custom = { useDefault: false };

describe("federatedSubject", () => {
  it.each<[string, Partial<SubjectOptions>, FederatedSubject]>([
    [
      "pull requests only",
      {},
      { subject: "repo:acme@11/app@22:pull_request", customClaimRules: { ...ids, event_name } },
    ],
    [
      "a server that sends no prefix",
      { oidc: { useDefault: true } },
      { subject: "repo:acme/app:pull_request", customClaimRules: { ...ids, event_name } },
    ],
    [
      "mentions",
      { presets: ["mention"] },
      { subject: "repo:acme@11/app@22:*", customClaimRules: { ...ids, workflow_ref } },
    ],
    [
      "several triggers",
      { presets: ["mention", "review"] },
      { subject: "repo:acme@11/app@22:*", customClaimRules: { ...ids, workflow_ref } },
    ],
    [
      "an environment, which wins over every trigger",
      { presets: ["mention", "review"], environment: "prod: eu" },
      { subject: "repo:acme@11/app@22:environment:prod%3A eu", customClaimRules: ids },
    ],
    [
      "a customised subject",
      { presets: ["mention"], oidc: custom },
      { subject: "*", customClaimRules: { ...ids, workflow_ref } },
    ],
    [
      "a customised subject, pull requests only",
      { oidc: custom },
      { subject: "*", customClaimRules: { ...ids, event_name, workflow_ref } },
    ],
    [
      "a customised subject in an environment",
      { oidc: custom, environment: "prod" },
      { subject: "*", customClaimRules: { ...ids, event_name, workflow_ref, environment: "prod" } },
    ],
    [
      "pull requests only, in an environment",
      { environment: "prod" },
      { subject: "repo:acme@11/app@22:environment:prod", customClaimRules: { ...ids, event_name } },
    ],
  ])("%s", (_, change, expected) => {
    expect(federatedSubject({ ...app, ...change })).toEqual(expected);
  });

  it.each<[string | string[], string | undefined]>([
    ["ubuntu-latest", "github-hosted"],
    [["ubuntu-24.04"], "github-hosted"],
    ["ubuntu-24.04-arm", "github-hosted"],
    ["self-hosted", undefined],
    // A larger runner has a name that people gave it.
    ["ubuntu-latest-16-cores", undefined],
    [["ubuntu-latest", "gpu"], undefined],
    [[], undefined],
  ])("asks for GitHub's own machine where the label is GitHub's: %j", (runsOn, want) => {
    for (const presets of [["review"], ["mention"]] as const)
      for (const oidc of [app.oidc, custom])
        expect(federatedSubject({ ...app, runsOn, presets, oidc }).customClaimRules.runner_environment).toBe(want);
  });

  it.each<[string, Partial<SubjectOptions>]>([
    ["environment", { environment: "pr*d" }],
    ["repository", { repository: "acme/*" }],
    ["workflowPath", { workflowPath: ".github/workflows/*.yml" }],
    ["prefix", { oidc: { useDefault: true, subClaimPrefix: "repo:*" } }],
  ])("refuses * in %s", (what, change) => {
    expect(() => federatedSubject({ ...app, ...change })).toThrow(new RegExp(`^${what}: .*contains \\*`));
  });
});

describe("the tokens that are accepted", () => {
  it("are those of every trigger of the presets, in every form of the subject", () => {
    fc.assert(
      fc.property(place, setup, ({ repository, immutable, template }, { presets, environment }) => {
        const accepts = federatedSubject(optionsOf({ repository, immutable, template }, { presets, environment }));
        for (const event of listEvents(presets))
          for (const ref of refsOf(event)) {
            const token = tokenOf({ repository, immutable, template }, event, ref, environment, app.workflowPath);
            expect(matches(accepts, token), `${accepts.subject} ~ ${token.sub}`).toBe(true);
          }
      }),
    );
  });

  it("are never those of another repository, whatever it is called and whatever it runs", () => {
    fc.assert(
      fc.property(
        place,
        place,
        setup,
        fc.constantFrom(...allEvents),
        (ours, theirs, { presets, environment }, event) => {
          fc.pre(ours.repository.id !== theirs.repository.id);
          const accepts = federatedSubject(optionsOf(ours, { presets, environment }));
          for (const ref of refsOf(event)) {
            const token = tokenOf(theirs, event, ref, environment, app.workflowPath);
            expect(matches(accepts, token)).toBe(false);
            // The name of ours, given up and taken by them.
            const taken = { ...theirs, repository: { ...ours.repository, id: theirs.repository.id } };
            expect(matches(accepts, tokenOf(taken, event, ref, environment, app.workflowPath))).toBe(false);
          }
        },
      ),
    );
  });

  it("are never those of the repository's other workflows, where the subject does not name the trigger", () => {
    fc.assert(
      fc.property(place, setup, fc.constantFrom(...allEvents), (ours, { presets }, event) => {
        const accepts = federatedSubject(optionsOf(ours, { presets, environment: undefined }));
        fc.pre(accepts.subject.endsWith("*"));
        for (const ref of refsOf(event))
          for (const path of [".github/workflows/ci.yml", ".github/workflows/claude.yml.yml", "claude.yml"])
            expect(matches(accepts, tokenOf(ours, event, ref, undefined, path))).toBe(false);
      }),
    );
  });

  it("are never those of a machine of somebody's own, where the runner is GitHub's", () => {
    fc.assert(
      fc.property(place, setup, (ours, { presets, environment }) => {
        const accepts = federatedSubject(optionsOf(ours, { presets, environment }));
        for (const event of listEvents(presets))
          for (const ref of refsOf(event)) {
            const token = tokenOf(ours, event, ref, environment, app.workflowPath);
            expect(matches(accepts, { ...token, runner_environment: "self-hosted" })).toBe(false);
          }
      }),
    );
  });

  it("are never those of other triggers, where pull requests are the only one", () => {
    fc.assert(
      fc.property(place, fc.constantFrom(...allEvents), (ours, event) => {
        fc.pre(event !== "pull_request");
        const accepts = federatedSubject(optionsOf(ours, { presets: ["review"], environment: undefined }));
        const token = tokenOf(ours, event, "refs/heads/main", undefined, app.workflowPath);
        expect(matches(accepts, token)).toBe(false);
      }),
    );
  });
});

interface Place {
  repository: { owner: string; ownerId: number; name: string; id: number };
  immutable: boolean;
  /** Claims of a customised subject; undefined = the default subject. */
  template: readonly string[] | undefined;
}
type Claims = Record<string, string>;
type Ref = string | undefined;
const allEvents = [...listEvents(presetNames), "push", "workflow_dispatch"] as const;

/** Names and ids close to each other, so that one is often the beginning of another. */
const repository = fc.record({
  owner: fc.constantFrom("acme", "acme-evil", "a", "Acme"),
  ownerId: fc.integer({ min: 1, max: 30 }),
  name: fc.constantFrom("app", "app2", "app.old", "ap", "environment", "pull_request"),
  id: fc.integer({ min: 1, max: 300 }),
});
const place: fc.Arbitrary<Place> = fc.record({
  repository,
  immutable: fc.boolean(),
  template: fc.constantFrom(
    undefined,
    undefined,
    ["repo", "context"],
    ["repository_owner", "job_workflow_ref"],
    ["actor"],
  ),
});
const setup = fc.record({
  presets: fc.shuffledSubarray<PresetName>([...presetNames], { minLength: 1 }),
  environment: fc.option(fc.constantFrom("prod", "a:b", "pull_request"), { nil: undefined }),
});

function prefixOf({ repository: { owner, ownerId, name, id }, immutable }: Place): string {
  return immutable ? `repo:${owner}@${ownerId}/${name}@${id}` : `repo:${owner}/${name}`;
}

function optionsOf(ours: Place, { presets, environment }: { presets: PresetName[]; environment: string | undefined }) {
  const { owner, ownerId, name, id } = ours.repository;
  return {
    presets,
    ...(environment === undefined ? {} : { environment }),
    repository: `${owner}/${name}`,
    repositoryId: id,
    ownerId,
    workflowPath: app.workflowPath,
    runsOn: "ubuntu-latest",
    oidc: { useDefault: ours.template === undefined, ...(ours.immutable ? { subClaimPrefix: prefixOf(ours) } : {}) },
  };
}

/** What the part behind the prefix is made of; GitHub does not say which of both a review event has. */
function refsOf(event: EventName | "push" | "workflow_dispatch"): Ref[] {
  if (event === "pull_request") return [undefined];
  if (event.startsWith("pull_request_review")) return [undefined, "refs/pull/5/merge"];
  return ["refs/heads/main"];
}

/** A token as GitHub emits it: docs.github.com, "OpenID Connect reference". */
function tokenOf(from: Place, event: string, ref: Ref, environment: string | undefined, path: string): Claims {
  const { owner, ownerId, name, id } = from.repository;
  const context =
    environment !== undefined
      ? `environment:${environment.replaceAll(":", "%3A")}`
      : ref === undefined
        ? "pull_request"
        : `ref:${ref}`;
  const workflow = `${owner}/${name}/${path}@${ref ?? "refs/pull/5/merge"}`;
  const claims: Claims = {
    repository_id: String(id),
    repository_owner_id: String(ownerId),
    repository_owner: owner,
    event_name: event,
    workflow_ref: workflow,
    job_workflow_ref: workflow,
    actor: "alice",
    runner_environment: "github-hosted",
    ...(environment === undefined ? {} : { environment }),
  };
  const parts: Claims = { ...claims, repo: `${owner}/${name}`, context };
  const sub =
    from.template === undefined
      ? `${prefixOf(from)}:${context}`
      : from.template.map((key) => (key === "context" ? context : `${key}:${parts[key]}`)).join(":");
  return { ...claims, sub };
}

function matches({ subject, customClaimRules }: FederatedSubject, token: Claims): boolean {
  return Object.entries({ ...customClaimRules, sub: subject }).every(([claim, pattern]) => {
    const literals = pattern.split("*").map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${literals.join("[^]*")}$`).test(token[claim] ?? "");
  });
}
