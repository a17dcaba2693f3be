/** Federated subjects against the tokens that GitHub emits, matched as Tailscale does: `*` is any text, the rest literal. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FederatedSubject, federatedSubject, type SubjectOptions } from "../../../core/workflow/oidc.ts";
import { listEvents } from "../../../core/workflow/triggers.ts";
import { allEvents, matches, optionsOf, ourPath, place, refsOf, setup, tokenOf } from "./tokens.ts";

const app: SubjectOptions = {
  presets: ["review"],
  repository: "acme/app",
  repositoryId: 22,
  ownerId: 11,
  workflowPath: ourPath,
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
            const token = tokenOf({ repository, immutable, template }, event, ref, environment, ourPath);
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
            const token = tokenOf(theirs, event, ref, environment, ourPath);
            expect(matches(accepts, token)).toBe(false);
            // The name of ours, given up and taken by them.
            const taken = { ...theirs, repository: { ...ours.repository, id: theirs.repository.id } };
            expect(matches(accepts, tokenOf(taken, event, ref, environment, ourPath))).toBe(false);
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
            const token = tokenOf(ours, event, ref, environment, ourPath);
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
        const token = tokenOf(ours, event, "refs/heads/main", undefined, ourPath);
        expect(matches(accepts, token)).toBe(false);
      }),
    );
  });
});
