/** Identities of central files against the tokens that GitHub emits: nothing but the central jobs gets in. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CentralFile } from "../../../core/workflow/file.ts";
import {
  type FederatedSubject,
  federatedSubject,
  type OrganizationSubjectOptions,
  organizationSubject,
} from "../../../core/workflow/oidc.ts";
import { listEvents } from "../../../core/workflow/triggers.ts";
import { allEvents, matches, optionsOf, ourPath, type Place, place, refsOf, setup, tokenOf } from "./tokens.ts";

const central: CentralFile = { repository: "acme/.github", path: ".github/workflows/claude-prod.yml", branch: "main" };
const job_workflow_ref = "acme/.github/.github/workflows/claude-prod.yml@refs/heads/main";
const ids = { repository_id: "22", repository_owner_id: "11" };

/** What other jobs than the central ones have for a claim: files, branches, tags, commits and repositories like ours. */
const others = fc.constantFrom(
  "acme/.github/.github/workflows/claude-prod.yml@refs/heads/mainline",
  "acme/.github/.github/workflows/claude-prod.yml@refs/heads/feature/main",
  "acme/.github/.github/workflows/claude-prod.yml@refs/heads/x@refs/heads/main",
  "acme/.github/.github/workflows/claude-prod.yml@refs/tags/main",
  "acme/.github/.github/workflows/claude-prod.yml@0123456789abcdef0123456789abcdef01234567",
  "acme/.github/.github/workflows/claude-prod.yml@refs/pull/5/merge",
  "acme/.github/.github/workflows/claude-prod.yaml@refs/heads/main",
  "acme/.github/.github/workflows/claude-prod-tag-ci-api.yml@refs/heads/main",
  "acme/.github/.github/workflows/ci.yml@refs/heads/main",
  "acme/github/.github/workflows/claude-prod.yml@refs/heads/main",
  "acme-evil/.github/.github/workflows/claude-prod.yml@refs/heads/main",
  `x/${job_workflow_ref}`,
  `${job_workflow_ref}/x`,
);

describe("federatedSubject of a caller", () => {
  const app = {
    presets: ["review"] as const,
    repository: "acme/app",
    repositoryId: 22,
    ownerId: 11,
    workflowPath: ourPath,
    runsOn: "self-hosted",
    oidc: { useDefault: true, subClaimPrefix: "repo:acme@11/app@22" },
    central,
  };

  it.each<[string, Partial<Parameters<typeof federatedSubject>[0]>, FederatedSubject]>([
    [
      "pull requests only",
      {},
      {
        subject: "repo:acme@11/app@22:pull_request",
        customClaimRules: { ...ids, event_name: "pull_request", job_workflow_ref },
      },
    ],
    [
      "several triggers",
      { presets: ["review", "mention"] },
      { subject: "repo:acme@11/app@22:*", customClaimRules: { ...ids, job_workflow_ref } },
    ],
    [
      "an environment",
      { presets: ["mention"], environment: "prod" },
      { subject: "repo:acme@11/app@22:environment:prod", customClaimRules: { ...ids, job_workflow_ref } },
    ],
    [
      "a customised subject in an environment",
      { presets: ["mention"], environment: "prod", oidc: { useDefault: false }, runsOn: "ubuntu-latest" },
      {
        subject: "*",
        customClaimRules: { ...ids, runner_environment: "github-hosted", job_workflow_ref, environment: "prod" },
      },
    ],
  ])("%s", (_, change, want) => {
    expect(federatedSubject({ ...app, ...change })).toEqual(want);
  });

  it("accepts the central jobs of this repository, in every form of the subject", () => {
    fc.assert(
      fc.property(place, setup, (ours, { presets, environment }) => {
        const accepts = federatedSubject({ ...optionsOf(ours, { presets, environment }), central });
        for (const event of listEvents(presets))
          for (const ref of refsOf(event))
            expect(matches(accepts, tokenOf(ours, event, ref, environment, ourPath, job_workflow_ref))).toBe(true);
      }),
    );
  });

  it("accepts no job of a file that a pull request, a branch or another repository has", () => {
    fc.assert(
      fc.property(place, place, setup, fc.constantFrom(...allEvents), others, (ours, theirs, given, event, other) => {
        const { environment } = given;
        const accepts = federatedSubject({ ...optionsOf(ours, given), central });
        for (const ref of refsOf(event)) {
          // Its own workflow, edited in a pull request, with jobs of its own.
          expect(matches(accepts, tokenOf(ours, event, ref, environment, ourPath))).toBe(false);
          expect(matches(accepts, tokenOf(ours, event, ref, environment, ourPath, other))).toBe(false);
          fc.pre(ours.repository.id !== theirs.repository.id);
          expect(matches(accepts, tokenOf(theirs, event, ref, environment, ourPath, job_workflow_ref))).toBe(false);
        }
      }),
    );
  });
});

describe("organizationSubject", () => {
  const acme: OrganizationSubjectOptions = { presets: ["review"], ownerId: 11, runsOn: "self-hosted", central };
  const repository_owner_id = "11";

  it.each<[string, Partial<OrganizationSubjectOptions>, FederatedSubject]>([
    [
      "pull requests only, on GitHub's machines",
      { runsOn: "ubuntu-latest" },
      {
        subject: "repo:acme*/*:pull_request",
        customClaimRules: {
          repository_owner_id,
          event_name: "pull_request",
          runner_environment: "github-hosted",
          job_workflow_ref,
        },
      },
    ],
    [
      "several triggers",
      { presets: ["review", "mention"] },
      { subject: "repo:acme*/*:*", customClaimRules: { repository_owner_id, job_workflow_ref } },
    ],
    [
      "an environment",
      { presets: ["review", "mention"], environment: "prod: eu" },
      {
        subject: "repo:acme*/*:environment:prod%3A eu",
        customClaimRules: { repository_owner_id, job_workflow_ref },
      },
    ],
  ])("%s", (_, change, want) => {
    expect(organizationSubject({ ...acme, ...change })).toEqual(want);
  });

  const ofOwner = ({ repository: { owner, ownerId } }: Place): CentralFile & { ownerId: number } => ({
    ...central,
    repository: `${owner}/.github`,
    ownerId,
  });
  const subjectOf = (ours: Place, given: { presets: ("review" | "mention")[]; environment: string | undefined }) => {
    const { ownerId, ...file } = ofOwner(ours);
    const { environment, presets } = given;
    return {
      accepts: organizationSubject({
        presets,
        ownerId,
        runsOn: "ubuntu-latest",
        central: file,
        ...(environment === undefined ? {} : { environment }),
      }),
      called: `${file.repository}/${file.path}@refs/heads/main`,
    };
  };

  it("accepts the central jobs of every repository of the owner, with old and immutable subjects", () => {
    fc.assert(
      fc.property(place, setup, (given, { presets, environment }) => {
        const ours = { ...given, template: undefined };
        const { accepts, called } = subjectOf(ours, { presets, environment });
        for (const event of listEvents(presets))
          for (const ref of refsOf(event)) {
            const token = tokenOf(ours, event, ref, environment, ourPath, called);
            expect(matches(accepts, token), `${accepts.subject} ~ ${token.sub}`).toBe(true);
          }
      }),
    );
  });

  it("accepts no other job, and no other owner's repository, whatever they are called", () => {
    fc.assert(
      fc.property(place, place, setup, fc.constantFrom(...allEvents), others, (ours, theirs, given, event, other) => {
        const { environment } = given;
        const { accepts, called } = subjectOf(ours, given);
        fc.pre(other !== called);
        for (const ref of refsOf(event)) {
          expect(matches(accepts, tokenOf(ours, event, ref, environment, ourPath))).toBe(false);
          expect(matches(accepts, tokenOf(ours, event, ref, environment, ourPath, other))).toBe(false);
          fc.pre(ours.repository.ownerId !== theirs.repository.ownerId);
          expect(matches(accepts, tokenOf(theirs, event, ref, environment, ourPath, called))).toBe(false);
        }
      }),
    );
  });

  it("accepts no other environment, and none of a machine of somebody's own", () => {
    const { accepts, called } = subjectOf(
      { repository: { owner: "acme", ownerId: 11, name: "app", id: 22 }, immutable: true, template: undefined },
      { presets: ["mention"], environment: "prod" },
    );
    const app = {
      repository: { owner: "acme", ownerId: 11, name: "app", id: 22 },
      immutable: true,
      template: undefined,
    };
    const token = (environment: string | undefined) =>
      tokenOf(app, "issue_comment", "refs/heads/main", environment, ourPath, called);
    expect(matches(accepts, token("prod"))).toBe(true);
    for (const environment of [undefined, "prod2", "x:environment:prod", "production"])
      expect(matches(accepts, token(environment)), environment).toBe(false);
    expect(matches(accepts, { ...token("prod"), runner_environment: "self-hosted" })).toBe(false);
  });
});

it.each<[string, Partial<CentralFile>]>([
  ["branch", { branch: "release/*" }],
  ["branch", { branch: "main@refs/heads/main" }],
  ["branch", { branch: "" }],
  ["path", { path: ".github/workflows/*.yml" }],
  ["repository", { repository: "acme/*" }],
])("refuses a %s that a rule would read otherwise: %j", (what, change) => {
  const changed = { ...central, ...change };
  const message = new RegExp(`^central\\.${what}: .* cannot be part of job_workflow_ref`);
  expect(() => organizationSubject({ presets: ["review"], ownerId: 1, runsOn: "x", central: changed })).toThrow(
    message,
  );
});

it("refuses * in an environment", () => {
  expect(() =>
    organizationSubject({ presets: ["review"], ownerId: 1, runsOn: "x", central, environment: "pr*d" }),
  ).toThrow(/^environment: .*contains \*/);
});
