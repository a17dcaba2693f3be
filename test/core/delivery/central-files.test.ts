import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Caller,
  type DecidingSettings,
  groupByCentralFile,
  pickDecidingSettings,
} from "../../../core/delivery/central-files.ts";
import { isWorkflowPath } from "../../../core/workflow/names.ts";

const place = { repository: "acme/.github", branch: "main" };
const common: DecidingSettings = {
  tag: "tag:ci",
  identity: "federated",
  scope: "repository",
  presets: ["review"],
  runsOn: "ubuntu-latest",
  timeoutMinutes: 30,
  actions: {},
};
const caller = (slug: string, change: DecidingSettings = {}): Caller => ({
  slug,
  place,
  settings: { ...common, ...change },
});
const namesOf = (callers: Caller[], owner = "acme/prod") =>
  groupByCentralFile(owner, common, callers).map(({ file, callers: members }) => [
    file.path.replace(".github/workflows/", ""),
    members.map(({ slug }) => slug).join(" "),
  ]);

describe("groupByCentralFile", () => {
  it("gives equal settings one file, and others one of their own that says what differs", () => {
    expect(
      namesOf([
        caller("acme/web"),
        caller("acme/api", { tag: "tag:ci-api" }),
        caller("acme/App"),
        caller("acme/ios", { model: "claude-sonnet-4-6", timeoutMinutes: 45 }),
        caller("acme/api2", { tag: "tag:ci-api" }),
      ]),
    ).toEqual([
      ["claude-acme-prod.model-claude-sonnet-4-6.timeout-minutes-45.yml", "acme/ios"],
      ["claude-acme-prod.tag-ci-api.yml", "acme/api acme/api2"],
      ["claude-acme-prod.yml", "acme/App acme/web"],
    ]);
  });

  it.each<[DecidingSettings, string]>([
    [{ presets: ["mention", "review"] }, "presets-mention_review"],
    [{ runsOn: ["self-hosted", "linux"] }, "runs-on-self-hosted_linux"],
    [{ runsOn: "self-hosted-linux" }, "runs-on-self-hosted-linux"],
    [{ model: "claude-3.5-sonnet" }, "model-claude-3.5-sonnet"],
    [{ model: "claude-sonnet-4-6[1m]" }, "model-HASH"],
    [{ environment: "Prod" }, "environment-HASH"],
    [{ environment: "x".repeat(41) }, "environment-HASH"],
    [{ prompt: "Look for SQL injection." }, "prompt-HASH"],
    [{ allowForks: true }, "allow-forks-true"],
    [{ identity: "oauth" }, "identity-oauth"],
    [{ scope: "organization" }, "scope-organization"],
    [{ tag: undefined }, "no-tag"],
    [{ actions: { "actions/checkout": `acme/checkout@${"1".repeat(40)}` } }, "actions-HASH"],
  ])("says of %j: %s", (change, suffix) => {
    const [[name] = []] = namesOf([caller("acme/app", change)]);
    expect(name?.replace(/-[0-9a-f]{7}\.yml$/, "-HASH.yml")).toBe(`claude-acme-prod.${suffix}.yml`);
  });

  it.each([
    ["claude-aperture/prod", "claude-claude-aperture-prod.yml"],
    ["acme/prod", "claude-acme-prod.yml"],
    ["a-b/c", "claude-a-b-c.yml"],
    ["a/b-c", /^claude-a-b-c\.[0-9a-f]{10}\.yml$/],
    ["Acme/prod", /^claude-acme-prod\.[0-9a-f]{10}\.yml$/],
    ["acme/team/prod", /^claude-acme-team-prod\.[0-9a-f]{10}\.yml$/],
    ["acme.eu/prod", /^claude-acme-eu-prod\.[0-9a-f]{10}\.yml$/],
    ["prod", /^claude-prod\.[0-9a-f]{10}\.yml$/],
    [`${"x".repeat(200)}/prod`, /^claude-x{40}\.[0-9a-f]{10}\.yml$/],
  ])("of the stack %s is %s", (owner, want) => {
    expect(namesOf([caller("acme/app")], owner)).toEqual([[expect.stringMatching(want), "acme/app"]]);
  });

  it("says in one word that much differs, where a name would be long", () => {
    const change = Object.fromEntries(["a", "b", "c", "d"].map((key) => [key, "x".repeat(30)]));
    expect(namesOf([caller("acme/app", change)])).toEqual([
      [expect.stringMatching(/^claude-acme-prod\.settings-[0-9a-f]{7}\.yml$/), "acme/app"],
    ]);
  });

  const word = fc.constantFrom("a", "b", "a-b", "tag", "a.b", "1.2", "A", "_", "x-tag-a", "a_b", "no-tag", "ä");
  const settings: fc.Arbitrary<DecidingSettings> = fc.record(
    {
      tag: word.map((name) => `tag:${name}`),
      model: word,
      environment: word,
      runsOn: fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 3 })),
      timeoutMinutes: fc.integer({ min: 5, max: 7 }),
      allowForks: fc.boolean(),
    },
    { requiredKeys: ["tag"] },
  );
  const callers = fc.uniqueArray(
    fc.record({ slug: word.map((name) => `acme/${name}`), settings, place: fc.constant(place) }),
    { selector: ({ slug }) => slug, maxLength: 12 },
  );

  it("gives different settings different names, whatever the case, and workflows' names", () => {
    fc.assert(
      fc.property(settings, callers, (stack, all) => {
        const files = groupByCentralFile("acme/prod", stack, all).map(({ file }) => file.path);
        expect(new Set(files.map((path) => path.toLowerCase())).size).toBe(files.length);
        expect(files.filter((path) => !isWorkflowPath(path) || path.length > 120)).toEqual([]);
      }),
    );
  });

  it("keeps a file's name when other repositories come, go or change places", () => {
    fc.assert(
      fc.property(settings, callers, fc.nat(), (stack, all, some) => {
        const nameOf = (list: Caller[]) =>
          new Map(
            groupByCentralFile("acme/prod", stack, list).flatMap(({ file, callers: members }) =>
              members.map(({ slug }) => [slug, file.path]),
            ),
          );
        const whole = nameOf(all);
        const part = all.filter((_, index) => (some >> index) & 1).toReversed();
        for (const [slug, path] of nameOf(part)) expect(path).toBe(whole.get(slug));
      }),
    );
  });

  it("gives two stacks two names, with whatever settings", () => {
    const owner = fc
      .array(fc.constantFrom("a", "b", "A", "-", "/", ".", "_", "tag", "prod"), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(owner, owner, settings, settings, settings, (one, other, stack, a, b) => {
        fc.pre(one !== other);
        const nameOf = (of: string, given: DecidingSettings) =>
          groupByCentralFile(of, stack, [{ slug: "acme/app", place, settings: given }])[0]?.file.path.toLowerCase();
        expect(nameOf(one, a)).not.toBe(nameOf(other, b));
      }),
      { examples: [["a/b-c", "a-b/c", { tag: "x" }, { tag: "x" }, { tag: "x" }]] },
    );
  });

  it("keeps places apart", () => {
    const elsewhere = { ...caller("acme/b"), place: { ...place, branch: "next" } };
    expect(groupByCentralFile("acme/prod", common, [caller("acme/a"), elsewhere]).map(({ file }) => file)).toEqual([
      { ...place, path: ".github/workflows/claude-acme-prod.yml" },
      { ...place, branch: "next", path: ".github/workflows/claude-acme-prod.yml" },
    ]);
  });
});

describe("pickDecidingSettings", () => {
  const workflow = {
    presets: ["review" as const],
    path: ".github/workflows/claude.yml",
    runsOn: "ubuntu-latest",
    timeoutMinutes: 30,
    actions: {},
    adopt: false,
  };
  const given = { tag: "tag:ci" as const, identity: { kind: "oauth" as const, rotation: "1" }, workflow };

  it("leaves out what no text of a central file depends on", () => {
    expect(
      pickDecidingSettings({
        ...given,
        identity: { kind: "oauth", rotation: "2" },
        workflow: { ...workflow, path: ".github/workflows/x.yml", adopt: true },
      }),
    ).toEqual(pickDecidingSettings(given));
    expect(pickDecidingSettings(given)).toEqual({
      tag: "tag:ci",
      identity: "oauth",
      scope: "repository",
      presets: ["review"],
      runsOn: "ubuntu-latest",
      timeoutMinutes: 30,
      actions: {},
    });
  });

  it("has the issuer where one identity serves the whole file", () => {
    const issuer = "https://github.example.com/_services/token";
    const of = (scope: "repository" | "organization") =>
      pickDecidingSettings({ ...given, identity: { kind: "federated", scope, issuer } });
    expect(of("organization")).toMatchObject({ scope: "organization", issuer });
    expect(of("repository")).toMatchObject({ scope: "repository", issuer: undefined });
  });
});
