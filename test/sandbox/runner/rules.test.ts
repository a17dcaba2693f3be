/** What the runner decides before act does anything: patterns, conditions, permissions, groups, masks, and the file that act gets. */
import { describe, expect, test } from "vitest";
import type { ActionsPermissions } from "../../../sandbox/github/model.ts";
import { jobFile } from "../../../sandbox/runner/job/file.ts";
import { Masks } from "../../../sandbox/runner/job/masks.ts";
import { JobOutput } from "../../../sandbox/runner/job/output.ts";
import { isNewEnough } from "../../../sandbox/runner/job/program.ts";
import { isOfTailnet } from "../../../sandbox/runner/network/members.ts";
import { findRefusedActions } from "../../../sandbox/runner/rules/allowed-actions.ts";
import { ConcurrencyGroups } from "../../../sandbox/runner/rules/concurrency.ts";
import { interpolate, isTrue } from "../../../sandbox/runner/rules/expressions.ts";
import { startsOn } from "../../../sandbox/runner/rules/filters.ts";
import { isMeant } from "../../../sandbox/runner/rules/patterns.ts";
import { findExcess, readPermissions } from "../../../sandbox/runner/rules/permissions.ts";
import { InvalidWorkflow, readWorkflowFile } from "../../../sandbox/runner/rules/workflow-file.ts";
import { createTurns } from "../../../sandbox/runner/runs/turns.ts";
import { oneJob } from "./small.ts";

/** The cheat sheet of GitHub's documentation, and what it says of order. */
test.each([
  [["feature/*"], "feature/a", true],
  [["feature/*"], "feature/a/b", false],
  [["feature/**"], "feature/a/b", true],
  [["*"], "main", true],
  [["*"], "a/b", false],
  [["**"], "a/b", true],
  [["*feature"], "ver-10-feature", true],
  [["v2*"], "v2.0", true],
  [["v[12].[0-9]+.[0-9]+"], "v1.10.1", true],
  [["v[12].[0-9]+.[0-9]+"], "v3.1.1", false],
  [["*.jsx?"], "page.js", true],
  [["**.js"], "src/js/app.js", true],
  [["docs/*"], "docs/a/b.md", false],
  [["docs/**/*.md"], "docs/a/b.md", true],
  [["**/docs/**"], "docs/hello.md", true],
  [["**/README.md"], "README.md", true],
  [["**/*src/**"], "my-src/code/js/app.js", true],
  [["*.md", "!README.md"], "README.md", false],
  [["*.md", "!README.md", "README*"], "README.md", true],
  [["!README.md"], "other.md", false],
  [["a.b"], "axb", false],
])("%j means %s: %s", (patterns, text, expected) => {
  expect(isMeant(patterns, text)).toBe(expected);
});

describe("filters", () => {
  const starts = async (on: object, occasion: Partial<Parameters<typeof startsOn>[1]>) =>
    startsOn(await readWorkflowFile("w.yml", oneJob([{ run: "true" }], { on })), {
      name: "push",
      ref: "refs/heads/main",
      ...occasion,
    });

  test.each([
    [{ push: null }, {}, true],
    [{ pull_request: null }, {}, false],
    [{ push: { branches: ["main"] } }, { ref: "refs/heads/other" }, false],
    [{ push: { "branches-ignore": ["main"] } }, {}, false],
    [{ push: { tags: ["v*"] } }, {}, false],
    [{ push: { tags: ["v*"] } }, { ref: "refs/tags/v1" }, true],
    [{ push: { branches: ["main"] } }, { ref: "refs/tags/v1" }, false],
    [{ push: { "paths-ignore": ["docs/**"] } }, { changed: ["docs/a.md"] }, false],
    [{ push: { "paths-ignore": ["docs/**"] } }, { changed: ["docs/a.md", "src/a.ts"] }, true],
    [
      { push: { paths: ["src/**"] } },
      { changed: [...Array.from({ length: 300 }, (_, n) => `docs/${n}`), "src/a"] },
      false,
    ],
    [{ issue_comment: null }, { name: "issue_comment", action: "edited" }, true],
    [{ pull_request: null }, { name: "pull_request", action: "labeled" }, false],
    [{ pull_request: { types: ["labeled"] } }, { name: "pull_request", action: "labeled" }, true],
  ])("%j with %j: %s", async (on, occasion, expected) => {
    expect(await starts(on, occasion)).toBe(expected);
  });
});

describe("conditions", () => {
  test.each([
    [undefined, "success", true],
    [undefined, "failure", false],
    [undefined, "skipped", false],
    ["always()", "cancelled", true],
    ["failure()", "failure", true],
    ["failure()", "skipped", false],
    ["!cancelled()", "failure", true],
    ["${{ github.actor == 'alice' }}", "success", true],
    ["github.actor == 'alice'", "failure", false],
    ["contains('success()', github.actor)", "failure", false],
    ["contains(fromJSON('[1300000001]'), github.repository_id)", "success", true],
  ] as const)("%s after %s: %s", (condition, before, expected) => {
    expect(isTrue(condition, { github: { actor: "alice", repository_id: "1300000001" } }, before)).toBe(expected);
  });

  test.each([
    ["${{ inputs.n }}", 3],
    ["a ${{ inputs.n }} b", "a 3 b"],
    ["${{ '}}' }} and ${{ inputs.none }}", "}} and "],
    [7, 7],
  ])("%s is %s", (text, expected) => {
    expect(interpolate(text, { inputs: { n: 3 } })).toBe(expected);
  });
});

describe("permissions", () => {
  test("what is not named is none", () => {
    expect(readPermissions({ contents: "read", issues: "none" })).toEqual({ contents: "read" });
    expect(readPermissions({})).toEqual({});
    expect(readPermissions(undefined)).toBeUndefined();
    expect(readPermissions("read-all")).not.toHaveProperty("id-token");
  });

  test("a called file may not ask for more", () => {
    expect(findExcess({ contents: "write" }, { contents: "read" })).toBeUndefined();
    expect(findExcess({ contents: "read" }, { contents: "write", "id-token": "write" })).toEqual({
      asked: "contents: write, id-token: write",
      granted: "contents: read, id-token: none",
    });
  });
});

describe("allowed actions", () => {
  const settings: ActionsPermissions = {
    enabled: true,
    allowedActions: "selected",
    shaPinningRequired: false,
    selected: { githubOwnedAllowed: true, verifiedAllowed: false, patternsAllowed: ["tailscale/*"] },
  };
  test.each([
    [["actions/checkout@v6", "./local", "acme/own@v1", "tailscale/github-action@v4"], undefined],
    [["anthropics/claude-code-action@v1"], /^The action anthropics\/claude-code-action@v1 is not allowed in acme\/app/],
  ])("%j", (uses, expected) => {
    const refusal = findRefusedActions(settings, "acme/app", uses);
    if (expected) expect(refusal).toMatch(expected);
    else expect(refusal).toBeUndefined();
  });

  test("pinning", () => {
    const pinned = { ...settings, shaPinningRequired: true };
    expect(findRefusedActions(pinned, "acme/app", ["actions/checkout@v6"])).toContain("full-length commit SHA");
    expect(findRefusedActions(pinned, "acme/app", [`actions/checkout@${"a".repeat(40)}`])).toBeUndefined();
  });
});

describe("groups", () => {
  test("one is at work, one waits, and a newer one takes the place of the one that waits", async () => {
    const groups = new ConcurrencyGroups();
    const cancelled: string[] = [];
    const enter = (who: string, cancels = false) => groups.enter("G", "G", cancels, () => void cancelled.push(who));
    const first = await enter("first");
    const second = enter("second");
    const third = enter("third");
    expect(await second).toBeUndefined();
    expect(cancelled).toEqual(["second"]);
    first?.leave();
    const entered = await third;
    expect(entered).toBeDefined();
    const fourth = enter("fourth", true);
    expect(cancelled).toEqual(["second", "third"]);
    entered?.leave();
    expect(await fourth).toBeDefined();
  });

  test("turns are given in order, so many at a time", async () => {
    const inTurn = createTurns(2);
    const order: string[] = [];
    let most = 0;
    let now = 0;
    await Promise.all(
      ["a", "b", "c", "d"].map((name) =>
        inTurn(async () => {
          now += 1;
          most = Math.max(most, now);
          order.push(name);
          await new Promise((resolve) => setImmediate(resolve));
          now -= 1;
          if (name === "b") throw new Error("b fails");
        }).catch(() => {}),
      ),
    );
    expect([order.join(""), most]).toEqual(["abcd", 2]);
  });
});

describe("masks", () => {
  test("hide the longest first, each line, and the form in JSON", () => {
    const masks = new Masks();
    masks.add("abc");
    masks.add('abcdef\nsecond "line"');
    expect(masks.hide('abcdef abc second "line" second \\"line\\" x')).toBe("*** *** *** *** x");
    expect([masks.isIn("xabcx"), masks.isIn("x")]).toEqual([true, false]);
  });

  test.each([
    ["in Base64", (secret: string) => Buffer.from(secret).toString("base64")],
    ["at the end of something in Base64", (secret: string) => Buffer.from(`Basic x:${secret}`).toString("base64")],
    ["in an address", encodeURIComponent],
    ["in XML", (secret: string) => secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;")],
  ])("hide a secret %s", (_, encode) => {
    const masks = new Masks();
    masks.add("made-up&secret<of 24 chars");
    expect(masks.hide(`before ${encode("made-up&secret<of 24 chars")} after`)).toMatch(/^before (\S+)?\*\*\* after$/);
  });

  test("without secrets nothing is hidden, and an empty one hides nothing", () => {
    const masks = new Masks();
    masks.add("");
    masks.add("a");
    expect(masks.hide("a text")).toBe("a text");
  });
});

test.each([
  ["ai", true],
  ["ai.acme.ts.net", true],
  ["100.64.0.5", true],
  ["100.128.0.1", false],
  ["fd7a:115c:a1e0::5", true],
  ["localhost", false],
  ["127.0.0.1", false],
  ["api.anthropic.com", false],
  ["203.0.113.1", false],
  ["[2001:db8::1]", false],
])("%s is a host of a tailnet: %s", (host, expected) => {
  expect(isOfTailnet(host)).toBe(expected);
});

test.each([
  ["act version 0.2.89", true],
  ["act version v0.3.0", true],
  ["act version 0.2.88", false],
  ["act: command not found", false],
])("%s is new enough: %s", (output, expected) => {
  expect(isNewEnough(output)).toBe(expected);
});

describe("the file for act", () => {
  const given = async (steps: object[], rest: object = {}) => {
    const file = await readWorkflowFile("w.yml", oneJob(steps));
    const [[id, body] = ["", {}]] = [...file.jobs];
    return JSON.parse(
      jobFile({
        workflow: "W",
        event: "push",
        file,
        id,
        body,
        needs: {},
        lacked: { repository_id: "7", workflow_ref: "it's" },
        inputs: { who: "alice" },
        ...rest,
      }),
    );
  };

  test("has what act's context lacks in place of the expression, and leaves texts alone", async () => {
    const { jobs } = await given([
      {
        if: "github.repository_id == '7'",
        run: "echo ${{ github.repository_id }} ${{ inputs.who }} ${{ 'github.repository_id' }} github.repository_id ${{ github.actor }}",
        env: { REF: "${{ github.workflow_ref }}" },
      },
    ]);
    expect(jobs.work.steps[0]).toEqual({
      if: "${{'7' == '7'}}",
      run: "echo ${{ '7' }} ${{ 'alice' }} ${{ 'github.repository_id' }} github.repository_id ${{ github.actor }}",
      env: { REF: "${{ 'it''s' }}" },
    });
  });

  test("has needed jobs that hand on results and outputs", async () => {
    const { jobs } = await given([{ run: "true" }], {
      needs: { first: { result: "failure", outputs: { word: "it's" } } },
    });
    expect(jobs.first).toMatchObject({ outputs: { word: "${{ 'it''s' }}" }, steps: [{ run: "false" }] });
    expect(jobs.work).toMatchObject({ needs: ["first"], if: "always()" });
  });

  test.each([
    ["jobs: {}\non: push\n"],
    ["on: nothing\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n"],
    [oneJob([{ run: "true" }], { permissions: { unheard: "read" } })],
  ])("%j is refused before", async (text) => {
    await expect(readWorkflowFile("w.yml", text)).rejects.toThrow(InvalidWorkflow);
  });
});

test("a step whose time is up is told of as GitHub does", () => {
  const job = { steps: [], annotations: [], log: "", summary: "" } as never as ConstructorParameters<
    typeof JobOutput
  >[0];
  const body = { run: "sleep 100", "timeout-minutes": 1 };
  const output = new JobOutput(job, "work", [body], new Masks());
  const line = (rest: object) =>
    JSON.stringify({ jobID: "work", stage: "Main", stepID: ["0"], level: "info", ...rest });
  // As act 0.2.89 writes them.
  output.read(line({ msg: "⭐ Run Main sleep 100" }));
  output.overdue();
  output.read(line({ msg: "  ❌  Failure - Main sleep 100 [1m0.004s]", stepResult: "failure" }));
  output.read(line({ level: "error", msg: "this step has been cancelled: signal: killed" }));
  expect(job.annotations.map(({ message }) => message)).toEqual([
    "The action 'Run sleep 100' has timed out after 1 minutes.",
  ]);
});
