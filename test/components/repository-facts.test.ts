/** Components that are given a repository's name, against a GitHub on the loopback interface. */
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClaudeRepository } from "../../components/claude-repository.ts";
import { lookUpRepository } from "../../components/repository-facts.ts";
import { startGitHub } from "../../sandbox/github/index.ts";
import { inspect, record, settled } from "./mocks.ts";

const federatedType = "tailscale:index/federatedIdentity:FederatedIdentity";
const component = { kind: "ClaudeRepository", name: "app" };

let github: Awaited<ReturnType<typeof startGitHub>>;

beforeEach(async () => {
  github = await startGitHub({
    port: 0,
    latencyMs: 0,
    repositories: ["acme/app", "acme/api", "acme/web", { name: "acme/old", archived: true }],
  });
  vi.stubEnv("GITHUB_BASE_URL", `${github.url}/`);
  vi.stubEnv("GITHUB_TOKEN", github.token);
  vi.stubEnv("GITHUB_OWNER", "acme");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await github.close();
});

const queries = () => github.journal.filter(({ path }) => path.endsWith("/graphql")).length;

describe("a ClaudeRepository that is given a name", () => {
  it("reads ids and OIDC subject itself, of all that are made in one turn by one query", async () => {
    const recorder = await record();
    const made = ["app", "api", "web"].map((name) => {
      return new ClaudeRepository(name, { repository: `acme/${name}`, tag: "tag:ci" });
    });
    const subjects = await Promise.all(made.map(({ subject }) => inspect(pulumi.output(subject))));
    await settled();
    expect(subjects.map(({ value }) => value)).toEqual([
      expect.stringMatching(/^repo:acme@\d+\/app@\d+:pull_request$/),
      expect.stringMatching(/^repo:acme@\d+\/api@\d+:pull_request$/),
      expect.stringMatching(/^repo:acme@\d+\/web@\d+:pull_request$/),
    ]);
    expect(recorder.the(federatedType, "app-identity-federated").inputs).toMatchObject({
      subject: subjects[0]?.value,
      customClaimRules: {
        repository_id: expect.stringMatching(/^\d+$/),
        repository_owner_id: expect.stringMatching(/^\d+$/),
      },
    });
    expect(await inspect(made[0]?.workflowUrl as pulumi.Output<string>)).toMatchObject({
      value: `${github.url}/acme/app/actions/workflows/claude.yml`,
    });
    expect(queries()).toBe(1);
  });

  it("asks GitHub nothing when the facts are given", async () => {
    await record();
    const oidc = { useDefault: true, subClaimPrefix: "repo:acme@3/app@7" };
    new ClaudeRepository("app", {
      repository: { slug: "acme/app", id: 7, nodeId: "R_1", ownerId: 3, url: "https://github.com/acme/app", oidc },
      tag: "tag:ci",
    });
    await settled();
    expect(github.journal).toEqual([]);
  });

  it("refuses a repository of another owner than the provider's, which would write to the owner's of that name", async () => {
    await record();
    const make = () => new ClaudeRepository("app", { repository: "other/app", tag: "tag:ci" });
    expect(make).toThrow(pulumi.RunError);
    expect(make).toThrow('repository\n    "other/app" belongs to another owner than the GitHub provider\'s, "acme".');
    expect(github.journal).toEqual([]);
  });
});

describe("looking up a repository", () => {
  it.each([
    ["acme/none", "It does not exist, or the GitHub credential cannot see it."],
    ["acme/old", "It is archived, so nothing can be written."],
  ] as const)("%s ends in words", async (slug, expected) => {
    await record();
    const error = await lookUpRepository(component, slug).catch((caught) => caught);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    // What the SDK prints of an error that rejects an input.
    expect(error.stack).toBe(error.message);
    expect(error.message).toBe(
      `ClaudeRepository "app" cannot be made; these arguments are wrong.\n  repository\n    ${expected}`,
    );
  });

  it("with a wrong token ends in words, and does not repeat the token", async () => {
    await record();
    vi.stubEnv("GITHUB_TOKEN", "ghp_wrongwrongwrongwrong");
    const error = await lookUpRepository(component, "acme/app").catch((caught) => caught);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect(error.message).toMatch(/^GitHub answered 401 to POST .*set GITHUB_TOKEN/s);
    expect(error.message).not.toContain("wrongwrong");
  });

  it("reads each once, whatever its case, and again in another run", async () => {
    await record();
    const [first, second] = await Promise.all([
      lookUpRepository(component, "acme/app"),
      lookUpRepository(component, "Acme/App"),
    ]);
    expect(second).toBe(first);
    await lookUpRepository(component, "acme/app");
    expect(queries()).toBe(1);
    await lookUpRepository(component, "acme/api");
    expect(queries()).toBe(2);
    await record();
    await lookUpRepository(component, "acme/app");
    expect(queries()).toBe(3);
  });
});
