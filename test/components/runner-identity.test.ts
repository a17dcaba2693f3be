import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { findTwins } from "../../components/leftover-credentials.ts";
import { RunnerIdentity, type RunnerIdentityArgs } from "../../components/runner-identity.ts";
import { record, settled } from "./mocks.ts";

it("what an interrupted run left is another key of the same kind and description", () => {
  const made = { id: "k2", keyType: "federated", description: "claude-acme-app-0123abcd" };
  const left = { ...made, id: "k1" };
  const others = [
    { ...made, id: "k3", keyType: "client" },
    { ...made, id: "k4", description: "claude-acme-app" },
    { id: "k5", keyType: "federated" },
    { id: "k6" },
  ];
  expect(findTwins([made, left, ...others], made)).toEqual([left]);
});

describe("RunnerIdentity", () => {
  const right = {
    repository: "acme/app",
    tag: "tag:ci",
    credential: { kind: "federated", subject: "repo:acme/app:*", customClaimRules: {} },
  } as const;

  it.each<[string, object, string]>([
    [
      "no repository",
      { repository: undefined },
      "repository\n    It is missing. Expected a repository, as owner/name.",
    ],
    ["no credential", { credential: undefined }, "credential\n    It is missing. Expected { kind: federated, subject"],
    [
      "no subject",
      { credential: { ...right.credential, subject: undefined } },
      "credential.subject\n    It is missing.",
    ],
    [
      "no claims",
      { credential: { kind: "federated", subject: "x" } },
      "credential.customClaimRules\n    It is missing. Expected an object of claims",
    ],
    [
      "a rotation of spaces",
      { credential: { kind: "oauth", rotation: "a b" } },
      'credential.rotation\n    "a b" cannot name a rotation.',
    ],
    ["a tag that is none", { tag: "ci" }, 'tag\n    "ci" is not a tag.'],
  ])("refuses %s, in words", async (_, change, expected) => {
    await record();
    const make = () => new RunnerIdentity("app", { ...right, ...change } as RunnerIdentityArgs);
    expect(make).toThrow(pulumi.RunError);
    expect(make).toThrow(`RunnerIdentity "app" cannot be made; these arguments are wrong.\n  ${expected}`);
  });

  it("takes a subject that is known only later", async () => {
    const recorder = await record();
    const credential = { ...right.credential, subject: pulumi.output("repo:acme/app:pull_request") };
    new RunnerIdentity("app", { ...right, credential });
    await settled();
    expect(recorder.the("tailscale:index/federatedIdentity:FederatedIdentity").inputs).toMatchObject({
      subject: "repo:acme/app:pull_request",
    });
  });
});
