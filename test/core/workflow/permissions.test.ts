import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderWorkflowFile } from "../../../core/workflow/file.ts";
import {
  covers,
  limitPermissions,
  type PermissionSet,
  readCall,
  readJobPermissions,
  unitePermissions,
} from "../../../core/workflow/permissions.ts";
import { claudeWorkflow, listPermissions, mostPermissions } from "../../../core/workflow/presets.ts";
import { options, scenarios, textOf } from "./workflows.ts";

const set: fc.Arbitrary<PermissionSet> = fc.dictionary(
  fc.constantFrom("contents", "issues", "idToken", "constructor", "__proto__"),
  fc.constantFrom("read", "write"),
);

describe("sets of permissions", () => {
  it("are united to the least that covers all of them, and limited to what two have in common", () => {
    fc.assert(
      fc.property(set, set, set, (a, b, c) => {
        const united = unitePermissions(a, b);
        expect(covers(united, a) && covers(united, b)).toBe(true);
        expect(covers(c, united)).toBe(covers(c, a) && covers(c, b));
        const limited = limitPermissions(a, b);
        expect(covers(a, limited) && covers(b, limited)).toBe(true);
        expect(covers(limited, c)).toBe(covers(a, c) && covers(b, c));
        expect(unitePermissions(b, a)).toEqual(united);
      }),
    );
  });

  it.each<[PermissionSet, PermissionSet, boolean]>([
    [{}, {}, true],
    [{ contents: "read" }, {}, true],
    [{}, { contents: "read" }, false],
    [{ contents: "read" }, { contents: "write" }, false],
    [{ contents: "write" }, { contents: "read" }, true],
    [{ contents: "write" }, { contents: "read", issues: "write" }, false],
    [{}, { constructor: "read" } as PermissionSet, false],
  ])("%j covers %j: %s", (granted, asked, want) => {
    expect(covers(granted, asked)).toBe(want);
  });
});

describe("listPermissions", () => {
  it.each(Object.entries(scenarios))("is what all jobs of %s ask for", (_, given) => {
    const jobs = Object.values(claudeWorkflow(given).jobs);
    expect(listPermissions(given)).toEqual(unitePermissions(...jobs.map(({ permissions }) => permissions)));
    expect(covers(mostPermissions, listPermissions(given))).toBe(true);
  });
});

describe("readJobPermissions", () => {
  it.each(Object.entries(scenarios))("reads back what %s asks for", (_, given) => {
    expect(readJobPermissions(textOf(given))).toEqual(listPermissions(given));
  });

  it.each<[string, PermissionSet | undefined]>([
    ["jobs: {a: {permissions: {contents: read}}, b: {permissions: {contents: write}}}", { contents: "write" }],
    ["permissions: {contents: read}\njobs: {a: {}}", { contents: "read" }],
    ["permissions: {contents: read}\njobs: {a: {permissions: {}}}", {}],
    ["jobs: {a: {permissions: {id-token: write, pull-requests: none}}}", { idToken: "write" }],
    ["jobs: {a: {uses: x, permissions: {contents: read}}}", { contents: "read" }],
    // What the repository's settings give, or everything.
    ["jobs: {a: {}}", undefined],
    ["jobs: {a: {permissions: write-all}}", undefined],
    ["jobs: {a: {permissions: read-all}}", undefined],
    ["jobs: {a: {permissions: {contents: admin}}}", undefined],
    ["jobs: {a: {permissions: {contents: [read]}}}", undefined],
    ["jobs: {a: {permissions: [read]}}", undefined],
    ["jobs: {a: null}", undefined],
    ["jobs: {}", undefined],
    ["jobs: [a]", undefined],
    ["- jobs", undefined],
    ["", undefined],
    ["jobs: {a: 1, a: 2}", undefined],
    ["jobs: {[a]: {permissions: {contents: read}}}", undefined],
    ["jobs: {", undefined],
    ["a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]", undefined],
  ])("%j: %j", (text, want) => {
    expect(readJobPermissions(text)).toEqual(want);
  });

  // Each took the parser minutes, or for ever.
  it.each<[string, string]>([
    ["keys", Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join("")],
    ["keys that are maps", "? ".repeat(400)],
    ["keys that are maps, too deep", "? ".repeat(20_000)],
    ["lists", "[".repeat(20_000)],
    ["tags", "!!x ".repeat(70_000)],
  ])("has enough of a file of many %s", (_, text) => {
    expect(readCall(text)).toBeUndefined();
  });

  it("reads the longest file that can be set", () => {
    const lines = "x\n".repeat(2000);
    const task = { prompt: lines.repeat(4), systemPrompt: lines, presets: ["review", "mention"] as const };
    const admitted = Array.from({ length: 1600 }, (_, index) => 1_000_000_000 + index);
    const credential = { clientId: "k1", audience: "api.tailscale.com/k1" };
    const text = renderWorkflowFile({ ...options, ...task, role: "central", admitted, credential });
    expect(readJobPermissions(text)).toEqual(mostPermissions);
  });
});
