/** Small policy files that once went wrong, in cases/. The first comment of each says what is expected. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listChanges } from "../../../core/policy/changes.ts";
import { find, insert, observe, plan, remove } from "../../../core/policy/edit.ts";
import { ciWithoutTest as ci, owner } from "./fragments.ts";
import { startJudge } from "./judge.ts";

const judge = await startJudge();

const readCase = (name: string) => readFileSync(new URL(`cases/${name}.hujson`, import.meta.url), "utf8");
const mark = "// claude-aperture/prod: managed by Pulumi";
const grant = (indent: string, unit: string) =>
  [
    "{",
    `${unit}"src": ["tag:ci"],`,
    `${unit}"dst": ["tag:aperture"],`,
    `${unit}"ip":  ["tcp:80"],`,
    `${unit}"app": {`,
    `${unit.repeat(2)}"tailscale.com/cap/aperture": [`,
    `${unit.repeat(3)}{"role": "user"},`,
    `${unit.repeat(3)}{"models": "anthropic/**"},`,
    `${unit.repeat(2)}],`,
    `${unit}},`,
    "},",
  ].map((line) => indent + line);
const tagOwnersSection = [`\t${mark}`, '\t"tagOwners": {', `\t\t${mark}`, '\t\t"tag:ci": [],', "\t},"];
const grantsSection = [`\t${mark}`, '\t"grants": [', `\t\t${mark}`, ...grant("\t\t", "\t"), "\t],"];

/** The text with lines in place of one that it has. */
function withLines(text: string, line: string, replacement: string[]): string {
  const lines = text.split("\n");
  const index = lines.indexOf(line);
  expect(index).toBeGreaterThan(0);
  return lines.toSpliced(index, 1, ...replacement).join("\n");
}

describe.each<[string, (text: string) => string]>([
  [
    "bracket-brace",
    (text) =>
      withLines(
        withLines(text, '\t"grants": [{', [
          '\t"grants": [',
          "\t\t/* claude-aperture/prod: managed by Pulumi */ {",
          ...grant("\t\t", "\t").slice(1),
          "\t{",
        ]),
        "}",
        [...tagOwnersSection, "}"],
      ),
  ],
  [
    "foreign-duplicate",
    (text) =>
      withLines(
        withLines(text, '\t"tagOwners": {', ['\t"tagOwners": {', `\t\t${mark}`, '\t\t"tag:ci":       [],']),
        "}",
        [...grantsSection, "}"],
      ),
  ],
  [
    "mixed-indent",
    (text) =>
      withLines(withLines(text, '\t"grants": [', ['\t"grants": [', `    ${mark}`, ...grant("    ", "  ")]), "}", [
        ...tagOwnersSection,
        "}",
      ]),
  ],
  [
    "unaligned",
    (text) =>
      withLines(
        withLines(text, '\t"tagOwners": {', ['\t"tagOwners": {', `\t\t${mark}`, '\t\t"tag:ci":         [],']),
        "}",
        [...grantsSection, "}"],
      ),
  ],
])("%s", (name, want) => {
  const text = readCase(name);

  it("insert puts our entries in as the file is laid out, and remove gives the file back", () => {
    const inserted = insert(text, ci, owner);
    expect(inserted).toBe(want(text));
    expect(remove(inserted, ci, owner)).toBe(text);
    expect(listChanges(text, inserted).map(({ kind }) => kind)).toEqual(["added", "added"]);
  });

  it("the same holds on a server that stores what hujson.Format leaves", async () => {
    if (!judge) return;
    const before = await judge.format(text);
    const stored = await judge.format(insert(before, ci, owner));
    expect(await judge.format(remove(stored, ci, owner))).toBe(before);
  });
});

it.each(["foreign-duplicate", "mixed-indent", "unaligned"])(
  "%s: a file that hujson.Format would leave as it is stays one",
  async (name) => {
    if (!judge) return;
    const inserted = insert(await judge.format(readCase(name)), ci, owner);
    expect(await judge.format(inserted)).toBe(inserted);
  },
);

describe("leftover-mark", () => {
  const text = readCase("leftover-mark");
  const laptops = text.split("\n").find((line) => line.includes('"src": ["tag:laptops"]')) as string;

  it("insert adds ours, and the mark is in front of ours alone", () => {
    const inserted = insert(text, ci, owner);
    expect(inserted.split("\n")).toContain(laptops);
    expect(inserted).toBe(
      withLines(text.replace(`\t\t${mark}\n`, ""), '\t"grants": [', [
        '\t"grants": [',
        `\t\t${mark}`,
        ...grant("\t\t", "\t"),
      ]).replace('"tagOwners": {', '"tagOwners": {/* claude-aperture/prod: managed by Pulumi */ "tag:ci": [], '),
    );
    expect(listChanges(text, inserted).map(({ kind, key }) => [kind, key])).toEqual([
      ["added", "tag:ci"],
      ["added", "tag:ci"],
    ]);
  });

  it("remove takes only the mark away, with whatever the stack had", () => {
    const want = text.replace(`\t\t${mark}\n`, "");
    for (const fragment of [ci, {}]) expect(remove(text, fragment, owner)).toBe(want);
    expect(listChanges(text, want)).toEqual([]);
  });

  it("nothing of it is the stack's", () => {
    expect(plan(text, ci, owner).map(({ state }) => state)).toEqual(["missing", "missing"]);
    expect(observe(text, ci, owner).fragment).toEqual({});
    expect(find(text, owner)).toEqual({});
  });
});

it("shared-line: remove leaves both foreign grants on lines of their own", () => {
  const text = readCase("shared-line");
  const [shared] = text.match(/.*"src": \["tag:ci"\].*\n/) as [string];
  const engineers = shared.slice(shared.indexOf('{"src": ["group:eng"]'));
  const want = text
    .replace(`\t\t${mark}\n`, "")
    .replace("// claude-aperture/prod, acme-tools/main", "// acme-tools/main")
    .replace(shared, `\t\t${engineers}`);
  expect(remove(text, ci, owner)).toBe(want);
  expect(listChanges(text, want).map(({ kind, section, key, line }) => [kind, section, key, line])).toEqual([
    ["removed", "grants", "tag:ci", 7],
  ]);
});

it("duplicate-keys: what Tailscale reads is shown, what stands doubled is unexpected, and insert puts it right", () => {
  const text = readCase("duplicate-keys");
  expect(plan(text, ci, owner).map(({ state }) => state)).toEqual(["ours", "edited"]);
  expect(observe(text, ci, owner).fragment["tag:ci"]).toEqual({
    ...ci["tag:ci"],
    destinations: ["*"],
    ports: ["*"],
    unexpected: {
      "grants.dst": [["tag:aperture"], ["tag:aperture"], ["*"]],
      "grants.ip": [["tcp:80"], ["*"]],
      "grants.app.example.com/cap/other": [{ all: true }],
    },
  });
  const inserted = insert(text, ci, owner);
  expect(observe(inserted, ci, owner).fragment).toEqual(ci);
  expect(inserted).toContain(grant("\t\t", "\t").join("\n"));
  expect(remove(text, ci, owner)).not.toContain('"tag:ci"');
});
