/** The table of docs/security.md against the tests that it names. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "security.md"), "utf8");

/** Cells of the rows of "What can be done with what". */
const rows = (/## What can be done with what\n([\s\S]*?)\n## /.exec(page)?.[1] ?? "")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| --- ") && !line.startsWith("| with "))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** Titles of all tests, as they stand in the source. */
const titles = new Set(
  globSync("test/**/*.test.ts", { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/\b(?:it|test)\(\s*"([^"]+)"/g)].map(([, title]) => title),
  ),
);

const backedBy = rows.map(([holder, , , tests = ""]) => ({
  holder,
  tests: [...tests.matchAll(/`([^`]+)`/g)].map(([, title]) => title as string),
}));

it("each row of the table is backed by tests that exist", () => {
  expect(rows.length).toBeGreaterThan(15);
  for (const { holder, tests } of backedBy) {
    expect(tests, holder).not.toEqual([]);
    expect(
      tests.filter((title) => !titles.has(title)),
      holder,
    ).toEqual([]);
  }
});

it("every test of what a credential can do backs a row", () => {
  const text = readFileSync(join(root, "test/engine/what-a-credential-can-do.test.ts"), "utf8");
  const own = [...text.matchAll(/\bit\(\s*"([^"]+)"/g)].map(([, title]) => title);
  const named = new Set(backedBy.flatMap(({ tests }) => tests));
  expect(own.filter((title) => !named.has(title as string))).toEqual([]);
});
