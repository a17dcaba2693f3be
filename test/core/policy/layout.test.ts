/** New entries and sections look as the file does, and what hujson.Format left as it was is so afterwards, too. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { insert, remove } from "../../../core/policy/edit.ts";
import type { Fragment, TagAccess } from "../../../core/policy/fragment.ts";
import { owner, access as withTest } from "./fragments.ts";
import { startJudge } from "./judge.ts";

const access: TagAccess = { ...withTest, test: "none" };
const ci: Fragment = { "tag:ci": access };
const judge = await startJudge();

/** Lines of a result, with `MARK` for a line mark and `GRANT` for a grant from its second line to the last but one. */
function shorten(text: string): string[] {
  return text
    .replaceAll(/\/\/ claude-aperture\/prod: managed by Pulumi/g, "MARK")
    .replaceAll(/\/\* claude-aperture\/prod: managed by Pulumi \*\//g, "BLOCK")
    .replaceAll(/^[ \t]*"src": \["tag:ci"\][\s\S]*?\n[ \t]*\},\r?\n(?=[ \t]*\},)/gm, "GRANT\n")
    .split("\n");
}

describe("insert", () => {
  it.each<[string, string, string[]]>([
    [
      "puts new sections at the end, behind the comments, with an empty line where the file has them",
      '{\n\t"groups": {},\n\n\t"ssh": [], // none\n\n\t// That is all.\n}\n',
      [
        "{",
        '\t"groups": {},',
        "",
        '\t"ssh": [], // none',
        "",
        "\t// That is all.",
        "",
        "\tMARK",
        '\t"tagOwners": {',
        "\t\tMARK",
        '\t\t"tag:ci": [],',
        "\t},",
        "",
        "\tMARK",
        '\t"grants": [',
        "\t\tMARK",
        "\t\t{",
        "GRANT",
        "\t\t},",
        "\t],",
        "}",
        "",
      ],
    ],
    [
      "without one where it has none, and with a comma behind the last member if need be",
      '{\n  "tagOwners": {\n    "tag:a": []\n  },\n  "ssh": [] // none\n}',
      [
        "{",
        '  "tagOwners": {',
        "    MARK",
        '    "tag:ci": [],',
        '    "tag:a": []',
        "  },",
        '  "ssh": [], // none',
        "  MARK",
        '  "grants": [',
        "    MARK",
        "    {",
        "GRANT",
        "    },",
        "  ]",
        "}",
      ],
    ],
    [
      "on one line where the file is, with a comma at the end where it has one",
      '{"tagOwners": {"tag:a": []}, "grants": [],}',
      [
        `{"tagOwners": {BLOCK "tag:ci": [], "tag:a": []}, "grants": [BLOCK ${'{"src": ["tag:ci"], "dst": ["tag:aperture"], "ip": ["tcp:80"], "app": {"tailscale.com/cap/aperture": [{"role": "user"}, {"models": "anthropic/**"}]}}'}],}`.replace(
          "BLOCK",
          "/* claude-aperture/prod: managed by Pulumi (file was on one line) */",
        ),
      ],
    ],
    [
      "on lines of their own where an item of others begins behind the bracket, with the file's line ends",
      '{\r\n  "tagOwners": {"tag:a": [\r\n    "group:eng"\r\n  ], "tag:b": []},\r\n  "grants": [],\r\n}\r\n'.replace(
        '"grants": []',
        '"grants": [ /* all */ {\r\n    "src": ["*"]\r\n  }, {\r\n  }]',
      ),
      [
        "{\r",
        '  "tagOwners": {\r',
        '    BLOCK "tag:ci": [],\r',
        '  "tag:a": [\r',
        '    "group:eng"\r',
        '  ], "tag:b": []},\r',
        '  "grants": [ \r',
        "    BLOCK {\r",
        "GRANT",
        "    },\r",
        "  /* all */ {\r",
        '    "src": ["*"]\r',
        "  }, {\r",
        "  }],\r",
        "}\r",
        "",
      ],
    ],
    [
      "with the section's own indentation, whatever that of the file",
      '{\n"tagOwners": {\n    "tag:a": [\n        "group:eng"\n    ]\n},\n\t"grants": [\n  {"src": ["*"]},\n\t],\n}\n',
      [
        "{",
        '"tagOwners": {',
        "    MARK",
        '    "tag:ci": [],',
        '    "tag:a": [',
        '        "group:eng"',
        "    ]",
        "},",
        '\t"grants": [',
        "  MARK",
        "  {",
        "GRANT",
        "  },",
        '  {"src": ["*"]},',
        "\t],",
        "}",
        "",
      ],
    ],
  ])("%s", (_, text, want) => {
    const inserted = insert(text, ci, owner);
    expect(shorten(inserted)).toEqual(want);
    expect(remove(inserted, ci, owner)).toBe(text);
  });

  it.each<[string, string[], string]>([
    ["to the column of the values below", ['"tag:aperture":   [],', '"tag:monitoring": [],'], '"tag:ci":         [],'],
    ["to the value of the only one below", ['"tag:aperture": [],'], '"tag:ci":       [],'],
    ["with one space where those have no column", ['"tag:aperture": [],', '"tag:monitoring": [],'], '"tag:ci": [],'],
    ["with one space where the name is longer", ['"tag:a": [],', '"tag:b": [],'], '"tag:ci": [],'],
    ["only to what Format aligns it with", ['"tag:abc": [],', "", '"tag:monitoring": [],'], '"tag:ci":  [],'],
    ["not to what a comment parts from it", ["// a", '"tag:monitoring": [],'], '"tag:ci": [],'],
    ["not to a value on several lines", ['"tag:monitoring": [', '\t"group:eng",', "],"], '"tag:ci": [],'],
    ["in bytes, as Format counts", ['"tag:é": [],', '"tag:abc": [],'], '"tag:ci": [],'],
  ])("puts the value of a tag %s", (_, below, want) => {
    const text = ["{", '\t"tagOwners": {', ...below.map((line) => `\t\t${line}`), "\t},", "}\n"].join("\n");
    expect(insert(text, ci, owner)).toContain(`managed by Pulumi\n\t\t${want}\n\t\t${below[0]}\n`);
  });

  it("aligns the last of several tags: the mark of each parts it from the one before", () => {
    const text = '{\n\t"tagOwners": {\n\t\t"tag:aperture": [],\n\t},\n}\n';
    const inserted = insert(text, { "tag:ci-a": access, "tag:ci": access }, owner);
    expect(shorten(inserted).slice(2, 7)).toEqual([
      "\t\tMARK",
      '\t\t"tag:ci-a": [],',
      "\t\tMARK",
      '\t\t"tag:ci":       [],',
      '\t\t"tag:aperture": [],',
    ]);
  });
});

it("leaves a list as Format opened it while another stack is in it, however far its own line is indented", async () => {
  if (!judge) return;
  const source = '{"grants"/* a\n b */ : [], "tagOwners"/* a\n b */ : {"tag:web": [/* a\n b */ "group:eng"]}}\n';
  const before = await judge.format(source);
  const first = await judge.format(insert(before, ci, "a/a"));
  const both = await judge.format(insert(first, { "tag:other": access }, "b/b"));
  const left = await judge.format(remove(both, { "tag:other": access }, "b/b"));
  expect(remove(left, ci, "a/a")).not.toContain("managed by Pulumi");
  expect(await judge.format(remove(left, ci, "a/a"))).toBe(before);
});

const indent = (lines: string[]) => lines.map((line) => (line === "" ? "" : `\t${line}`));
const between = fc.constantFrom<string[]>([], [], ["// why"], [""], ["", "/* a", "   b */"]);
const section = (open: string, items: fc.Arbitrary<string>, close: string) =>
  fc
    .array(fc.tuple(between, items), { minLength: 1, maxLength: 4 })
    .map((entries) => [open, ...indent(entries.flatMap(([above, item]) => [...above, `${item},`])), `${close},`]);
const tagName = fc.constantFrom("tag:aperture", "tag:monitoring", "tag:db-2");
const grants = fc.constantFrom(
  '{"src": ["*"], "dst": ["*"], "ip": ["*"]}',
  '{\n"src": ["group:eng"], "dst": ["tag:web"],\n}',
);
const sections = fc
  .tuple(
    fc.option(
      section(
        '"tagOwners": {',
        fc.tuple(tagName, fc.nat(9)).map(([name, n]) => `"${name}${n}": []`),
        "}",
      ),
    ),
    fc.option(section('"grants": [', grants, "]")),
    fc.option(section('"tests": [', fc.constant('{"src": "group:eng", "accept": ["tag:web:443"]}'), "]")),
    section('"acls": [', grants, "]"),
  )
  .chain((all) =>
    fc.shuffledSubarray(
      all.filter((lines) => lines !== null),
      { minLength: all.filter((lines) => lines !== null).length },
    ),
  );
const canonicalSource = fc
  .tuple(sections, fc.boolean(), between)
  .map(([members, hasEmptyLines, tail]) =>
    [
      "// Head",
      "{",
      ...indent([...members.flatMap((lines, index) => (hasEmptyLines && index > 0 ? ["", ...lines] : lines)), ...tail]),
      "}\n",
    ].join("\n"),
  );

it("what hujson.Format left as it was is so with our entries, and without them again", async () => {
  if (!judge) return;
  await fc.assert(
    fc.asyncProperty(
      canonicalSource,
      fc.constantFrom<TagAccess["test"]>("none", "accept", "strict"),
      async (source, test) => {
        const fragment = { "tag:ci": { ...access, test } };
        const before = await judge.format(source);
        const inserted = insert(before, fragment, owner);
        expect(await judge.format(inserted)).toBe(inserted);
        expect(remove(inserted, fragment, owner)).toBe(before);
      },
    ),
    { numRuns: 500 },
  );
});

describe("a first item that moved to the next line goes back, and no other one", () => {
  const theirs = '{"src": ["*"], "dst": ["*"]}';
  const other = "/* acme/dev: managed by Pulumi */ ";
  it.each([
    ["a closing bracket that stands left of its section", `{\n\t"grants": [{\n\t\t"src": ["*"],\n\t}\n],\n}\n`],
    ["that, and comments between items", `{\n\t"grants": [${theirs}, /* c */\n\t\t${theirs},\n],\n}\n`],
    ["items without indentation, beside a mark", `{\n"grants": [\n${other}${theirs},\n${theirs}\n]\n}\n`],
    [
      "items as far left as their section",
      `{\n    "grants": [\n    {\n      "src": ["*"]\n    }, ${other}${theirs}\n  ]\n}\n`,
    ],
  ])("%s", (_, text) => {
    expect(remove(insert(text, ci, owner), ci, owner)).toBe(text);
  });
});
