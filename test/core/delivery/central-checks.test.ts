import { describe, expect, it } from "vitest";
import {
  type CentralRepository,
  findCentralObstacles,
  findCentralWarnings,
  findRenamedChecks,
  listNames,
  type PlannedCentral,
} from "../../../core/delivery/central-checks.ts";

const repository: CentralRepository = {
  slug: "acme/.github",
  url: "https://github.com/acme/.github",
  archived: false,
  disabled: false,
  permission: "WRITE",
  visibility: "private",
  access: "organization",
  branch: "main",
  isProtected: true,
};
const caller = { slug: "acme/app", isPublic: false, usesDefaultSubject: true };
const central: PlannedCentral = {
  path: ".github/workflows/claude-acme-prod.yml",
  owner: "acme/prod",
  isOwn: false,
  adopt: false,
  tag: "tag:ci",
  scope: "repository",
  callers: [caller],
};
const headed = (owner: string) => ({ text: `# Written by claude-aperture for the stack ${owner}. Do not edit: ...\n` });

describe("a central workflow", () => {
  it.each<[string, Partial<CentralRepository>, Partial<PlannedCentral>]>([
    ["as it should be", {}, {}],
    ["in a public repository, which everybody may call", { visibility: "public", access: undefined as never }, {}],
    ["whose access nobody may ask for", { access: undefined as never }, {}],
    ["that its own repository calls alone", { access: "none" }, { callers: [{ ...caller, slug: "acme/.github" }] }],
    ["that is this stack's", {}, { live: headed("acme/prod") }],
    ["that was replaced since, of a stack that knows it", {}, { live: { text: "on: push" }, isOwn: true }],
    ["in place of somebody's file, adopted", {}, { live: { text: "on: push" }, adopt: true }],
    [
      "of repositories whose subjects are their own, each with its identity",
      {},
      { callers: [{ ...caller, usesDefaultSubject: false }] },
    ],
    ["of public repositories, in a public one", { visibility: "public" }, { callers: [{ ...caller, isPublic: true }] }],
  ])("%s has nothing against it", (_, of, what) => {
    expect(findCentralObstacles({ ...repository, ...of }, { ...central, ...what })).toEqual([]);
  });

  it.each<[string, Partial<CentralRepository>, Partial<PlannedCentral>, string, RegExp]>([
    ["in an archived repository", { archived: true }, {}, "acme/.github", /archived/],
    ["in a disabled one", { disabled: true }, {}, "acme/.github", /disabled/],
    ["in one that may only be read", { permission: "TRIAGE" }, {}, "acme/.github", /may only read it \(triage\)/],
    [
      "on a branch that does not exist",
      { isProtected: undefined as never },
      {},
      "acme/.github",
      /branch main, and has no such branch/,
    ],
    [
      "that nobody else may call",
      { access: "none" },
      {},
      "acme/.github",
      /access level: none.*https:\/\/github\.com\/acme\/\.github\/settings\/actions.*gh api -X PUT repos\/acme\/\.github\/actions\/permissions\/access/,
    ],
    [
      "in a private repository, of public ones",
      {},
      { callers: [{ ...caller, isPublic: true }] },
      "acme/.github",
      /It is private, and its workflows cannot be called from the public repositories acme\/app/,
    ],
    [
      "in place of somebody's file",
      {},
      { live: { text: "on: push" } },
      "acme/.github",
      /claude-acme-prod\.yml exists there/,
    ],
    ["in place of another stack's", {}, { live: headed("acme/dev") }, "acme/.github", /was not written by this stack/],
    [
      "with one identity, of a repository with a subject of its own",
      {},
      { scope: "organization", callers: [{ ...caller, usesDefaultSubject: false }] },
      "acme/app",
      /subject of its own.*repos\/acme\/app\/actions\/oidc/s,
    ],
  ])("%s is refused by name, with the fix", (_, of, what, path, message) => {
    const found = findCentralObstacles({ ...repository, ...of }, { ...central, ...what });
    expect(found).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it("says who holds it when its branch is not protected, and what a public repository publishes", () => {
    expect(findCentralWarnings(repository, central)).toEqual([]);
    const open = { ...repository, isProtected: false, visibility: "public" } as const;
    const [unprotected, published] = findCentralWarnings(open, { ...central, scope: "organization" });
    expect(unprotected).toMatch(/branch main of acme\/\.github is not protected\. Whoever can push it .* as tag:ci/);
    expect(published).toMatch(/public.*client ID and audience, and the ids/);
  });
});

describe("required checks that get another name", () => {
  const app = { slug: "acme/app", presets: ["review"], isCaller: true, requiredChecks: ["build"] } as const;

  it.each([
    [
      "of a caller, under the name of a file of its own",
      [{ ...app, requiredChecks: ["Claude review"] }],
      /"Claude review" is called "claude \/ Claude review"/,
    ],
    [
      "of a file of its own, under the name of a caller",
      [{ ...app, isCaller: false, requiredChecks: ["claude / Claude review"] }],
      /"claude \/ Claude review" is called "Claude review"/,
    ],
  ])("%s", (_, repositories, message) => {
    expect(findRenamedChecks(repositories)).toEqual([expect.stringMatching(message)]);
  });

  it("are named once for all repositories, and not where the new name is required, too", () => {
    const all = ["a", "b", "c", "d", "e", "f"].map((name) => ({
      ...app,
      slug: name,
      requiredChecks: ["Claude review"],
    }));
    expect(findRenamedChecks(all)).toEqual([expect.stringContaining("Required checks of a, b, c, d, e and 1 more")]);
    const both = { ...app, requiredChecks: ["Claude review", "claude / Claude review"] };
    expect(findRenamedChecks([app, both])).toEqual([]);
  });
});

it("names a few, and counts the rest", () => {
  expect(listNames(["a", "b"])).toBe("a, b");
  expect(listNames(["a", "b", "c", "d", "e", "f", "g"])).toBe("a, b, c, d, e and 2 more");
});
