/** What holds for the tables of checks as a whole. */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { beforeTable } from "../../../core/checks/before-table.ts";
import { categories } from "../../../core/checks/categories.ts";
import { readsHeading, renderReads } from "../../../core/checks/section.ts";
import { table } from "../../../core/checks/table.ts";

const root = new URL("../../../", import.meta.url).pathname;
const rows = [...beforeTable, ...table];

/** What a printed command may begin with: each of them shows what it is about to do and asks, or changes a setting of the stack. */
const safe = [
  /^pulumi up( --refresh)? --stack /,
  /^pulumi config set (--path )?[\w.:-]+ \S+ --stack /,
  /^pulumi stack export --stack \S+ --file \S+$/,
  /^pulumi (login|plugin install|preview)\b/,
  /^npm run verify -- /,
  /^gh auth (login|refresh)\b/,
];

const destructive = /\b(rm|destroy|delete|remove|force|--force|--yes|-y|cancel|DELETE|reset|push)\b/;

describe("the tables of checks", () => {
  it("have ids that can be anchors, each once", () => {
    expect(rows.map(({ id }) => id).filter((id) => !/^[a-z][a-z0-9-]+$/.test(id))).toEqual([]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it.each([
    ["before", beforeTable],
    ["after", table],
  ] as const)("ask for checks that come before, %s", (_, one) => {
    const known = new Set<string>();
    for (const { id, needs = [] } of one) {
      expect(
        needs.filter((need) => !known.has(need)),
        id,
      ).toEqual([]);
      known.add(id);
    }
  });

  it("name a category that is shown, and say in words what usually broke the link and what mends it", () => {
    for (const { id, category, title, reads, cause, fix } of rows) {
      expect(categories, id).toContain(category);
      expect(
        [title, reads, cause, fix].map((text) => text.trim().length > 0),
        id,
      ).toEqual([true, true, true, true]);
    }
  });

  it("are the end of docs/verify.md: run `npm run troubleshooting` after a change", () => {
    const page = readFileSync(`${root}/docs/verify.md`, "utf8");
    expect(page.slice(page.indexOf(readsHeading))).toBe(renderReads());
  });

  it("suggest nothing destructive as a command", () => {
    const written = rows.flatMap(({ id, fix }) =>
      [...fix.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => `${id}: ${code}`),
    );
    expect(written.filter((text) => destructive.test(text))).toEqual([]);
    const sources = globSync("core/checks/**/*.ts", { cwd: root }).map((file) =>
      readFileSync(`${root}/${file}`, "utf8"),
    );
    const printed = sources.flatMap((text) =>
      [...text.matchAll(/\bcommand\(\s*(["`])(.*?)\1/gs)].map(([, , code = ""]) => code),
    );
    expect(printed.length).toBeGreaterThan(5);
    // `up` is what a message's fix begins with, of which two forms are taken (rows/runs.ts).
    const filled = printed.map((code) =>
      code
        .replace("${up}", "pulumi up")
        .replaceAll(/\$\{[^}]*\}/g, "VALUE")
        .trim(),
    );
    expect(filled.filter((code) => destructive.test(code) || !safe.some((form) => form.test(code)))).toEqual([]);
  });
});
