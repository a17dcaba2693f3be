/** Files of a size at which work that grows with the square of it does not end: what runs away meets the time limit. */
import { describe, expect, it } from "vitest";
import { find, insert, observe, plan, remark, remove } from "../../../core/policy/edit.ts";
import { ci, owner } from "./fragments.ts";

const line = "// claude-aperture/prod: managed by Pulumi\n";
const block = "/* claude-aperture/prod: managed by Pulumi */ ";
const shared = "// acme/dev, claude-aperture/prod: managed by Pulumi\n";
const capability = '"app": {"tailscale.com/cap/aperture": [{"role": "user"}, {"models": "anthropic/**"}]}';
const grantOf = (tag: string) => `{"src": ["${tag}"], "dst": ["tag:aperture"], "ip": ["tcp:80"], ${capability}}`;
const people = '{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["*"]}';
const times = (count: number, text: string, separator = "") =>
  Array.from({ length: count }, () => text).join(separator);

const timeout = 120_000;

describe("50,000 marks", () => {
  const count = 50_000;

  it.each<[string, string, string]>([
    ["above each other", `{"grants": [\n${times(count, line)}${people},\n]}`, `{"grants": [\n${people},\n]}`],
    ["on one line", `{"grants": [${times(count, block)}${people}]}`, `{"grants": [${people}]}`],
    ["at the end of a list", `{"grants": [${people},\n${times(count, line)}]}`, `{"grants": [${people},\n]}`],
    ["behind the file", `{"grants": [${people}]}\n${times(count, line)}`, `{"grants": [${people}]}\n`],
    ["in front of a section", `{\n${times(count, line)}"grants": [${people}]}`, `{\n"grants": [${people}]}`],
    [
      "with comments between",
      `{"grants": [${times(count, `\n// c\n${line}`)}${people}]}`,
      `{"grants": [${times(count, "\n// c\n")}${people}]}`,
    ],
    [
      "with spaces between",
      `{"grants": [${times(count, `${" ".repeat(9)}${block}`)}${people}]}`,
      `{"grants": [${times(count, " ".repeat(9))}${people}]}`,
    ],
    [
      "that two stacks share",
      `{"grants": [\n${times(count, shared)}${people},\n]}`,
      `{"grants": [\n${times(count, shared.replace(`, ${owner}`, ""))}${people},\n]}`,
    ],
  ])("%s are taken away", { timeout }, (_, text, want) => {
    expect(remove(text, ci, owner)).toBe(want);
    expect(insert(text, ci, owner)).toContain(people);
  });
});

it("50,000 marks get another name", { timeout }, () => {
  const text = `{"grants": [\n${times(50_000, line)}${people},\n]}`;
  expect(remark(text, owner, "a/b")).toBe(text.replaceAll(owner, "a/b"));
});

describe("entries by the thousand", () => {
  const count = 3_000;
  const old = grantOf("tag:old");
  const test = '{"src": "tag:old", "proto": "tcp", "accept": ["tag:aperture:80"]}';

  it.each<[string, string, string]>([
    ["of ours on one line", `{"grants": [${times(count, block + grantOf("tag:ci"), ", ")}]}`, '{"grants": []}'],
    ["of ours on lines", `{"grants": [${times(count, `\n${line}${grantOf("tag:ci")},`)}\n]}`, '{"grants": [\n]}'],
    [
      "of ours in front of others on the same line",
      `{"grants": [${times(count, `\n${line}${grantOf("tag:ci")}, ${people}`, ",")}]}`,
      `{"grants": [${times(count, `\n${people}`, ",")}]}`,
    ],
    [
      "of a tag that is not known",
      `{"tagOwners": {${block}"tag:old": []}, "grants": [${times(count, block + old, ", ")}], "tests": [${times(count, block + test, ", ")}]}`,
      '{"tagOwners": {}, "grants": [], "tests": []}',
    ],
  ])("%s go", { timeout }, (_, text, want) => {
    expect(remove(text, ci, owner)).toBe(want);
    expect(() => find(text, owner)).not.toThrow();
    expect(Object.keys(observe(text, ci, owner).fragment)).toHaveLength(1);
    expect(plan(text, ci, owner)).toHaveLength(3);
  });

  it("gaps of spaces and empty lines stay", { timeout }, () => {
    const gap = `${" ".repeat(count)}${"\n".repeat(count)}`;
    const text = `{${gap}"grants"${gap}:${gap}[${gap}${line}${people}${gap},${gap}]${gap}}${gap}`;
    expect(remove(text, ci, owner)).toBe(text.replace(`\n${line}`, "\n"));
    expect(remove(insert(text, ci, owner), ci, owner)).toBe(remove(text, ci, owner));
  });
});
