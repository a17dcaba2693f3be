/** What an edit does to entries, whosever they are: the list that a preview shows. */
import { expect, it } from "vitest";
import { listChanges } from "../../../core/policy/changes.ts";

const lines = (...text: string[]) => `${text.join("\n")}\n`;
const before = lines(
  "{",
  '  "TagOwners": { "tag:web": [], "tag:db": ["group:ops"] },',
  '  "grants": [',
  "    // people",
  '    {"src": ["group:eng"], "dst": ["tag:web"], "ip": ["*"]},',
  '    {"src": "tag:web", "dst": ["tag:db"],',
  '     "ip": ["tcp:5432"], "ip": ["tcp:5433"]},',
  "  ],",
  '  "tests": [{"src": "tag:web", "accept": ["tag:db:5432"]}],',
  "}",
);
const people = '{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["*"]}';
const database = '{"src": "tag:web", "dst": ["tag:db"], "ip": ["tcp:5432"], "ip": ["tcp:5433"]}';

it.each<[string, (text: string) => string, ReturnType<typeof listChanges>]>([
  ["nothing", (text) => text, []],
  ["layout and comments", (text) => text.replaceAll(/ +|\/\/.*/g, " "), []],
  ["another spelling of a string", (text) => text.replace('"group:eng"', '"gro\\u0075p:eng"'), []],
  ["another order of grants", (text) => text.replace(`    ${people},\n`, "").replace("\n  ],", `\n${people},],`), []],
  [
    "a tag removed",
    (text) => text.replace('"tag:web": [],', ""),
    [{ kind: "removed", section: "tagOwners", key: "tag:web", line: 2, before: "[]" }],
  ],
  [
    "a grant in a comment",
    (text) => text.replace("// people\n", "// people "),
    [{ kind: "removed", section: "grants", key: "group:eng", line: 5, before: people }],
  ],
  [
    "one of two equal keys",
    (text) => text.replace(', "ip": ["tcp:5433"]', ""),
    [
      {
        kind: "changed",
        section: "grants",
        key: "tag:web",
        line: 6,
        before: database,
        after: '{"src": "tag:web", "dst": ["tag:db"], "ip": ["tcp:5432"]}',
      },
    ],
  ],
  [
    "a section removed",
    (text) => text.replace(/ {2}"tests".*\n/, ""),
    [
      {
        kind: "removed",
        section: "tests",
        key: "tag:web",
        line: 9,
        before: '{"src": "tag:web", "accept": ["tag:db:5432"]}',
      },
    ],
  ],
  [
    "a value and a key",
    (text) => text.replace('"tag:db": ["group:ops"]', '"tag:db": [], "tag:ci": []'),
    [
      { kind: "changed", section: "tagOwners", key: "tag:db", line: 2, before: '["group:ops"]', after: "[]" },
      { kind: "added", section: "tagOwners", key: "tag:ci", line: 2, after: "[]" },
    ],
  ],
  [
    "one of two for a source",
    (text) => text.replace(people, `${people.replace("*", "tcp:1")}, ${people}`),
    [{ kind: "added", section: "grants", key: "group:eng", line: 5, after: people.replace("*", "tcp:1") }],
  ],
])("%s", (_, edit, want) => {
  const after = edit(before);
  expect(listChanges(before, after)).toEqual(want);
});

it("takes entries nested without limit, and equal ones by the thousand", () => {
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
  const many = Array.from({ length: 20_000 }, () => "{}").join(",");
  const [change, ...others] = listChanges(`{"grants": [${deep},${many}]}`, `{"grants": [${many}]}`);
  expect(change).toEqual({ kind: "removed", section: "grants", key: "", line: 1, before: deep });
  expect(others).toEqual([]);
});
