/** The last line of defence: a result that does more than was decided is refused, whatever made it. */
import { describe, expect, it } from "vitest";
import { readPolicy } from "../../../core/policy/document.ts";
import { PolicyError } from "../../../core/policy/policy-error.ts";
import { type Outcome, sameValues, verifyEdit } from "../../../core/policy/verify.ts";

const stack = "claude-aperture/prod";
const text = [
  "{",
  '\t"groups": {"group:eng": ["a@example.com"]},',
  '\t"tagOwners": {"tag:web": [], "tag:db": ["group:eng"]},',
  '\t"grants": [',
  "\t\t// acme/dev: managed by Pulumi",
  '\t\t{"src": ["tag:web"], "dst": ["tag:db"], "ip": ["tcp:5432"]},',
  '\t\t{"src": ["group:eng"], "dst": ["*"], "ip": ["*"], "ip": ["tcp:443"]}, // people',
  "\t],",
  "}\n",
].join("\n");
const policy = readPolicy(text);
const [database, people] = policy.sections.grants?.entries ?? [];

const verify = (result: string, outcome: Partial<Outcome> = {}) =>
  verifyEdit(policy, { ...sameValues, ...outcome }, [stack], result);

describe("the result of an edit is accepted", () => {
  it.each<[string, (text: string) => string]>([
    ["that is the file", (same) => same],
    ["with another layout and other comments", (same) => same.replaceAll("\t", "  ").replace("// people", "/* all */")],
    ["with another spelling of a string", (same) => same.replace('"group:eng"]', '"gro\\u0075p:eng"]')],
    ["with a mark of the stack more", (same) => same.replace('{"src": ["group', `/* ${stack}: managed by Pulumi */$&`)],
  ])("%s", (_, edit) => {
    expect(() => verify(edit(text))).not.toThrow();
  });

  it("without an entry that was to go, and with a value that was to come", () => {
    if (!database?.mark || !people) throw new Error("the file has changed");
    const outcome: Partial<Outcome> = {
      removed: { ...sameValues.removed, grants: [{ item: database.item, mark: database.mark }] },
      repaired: [{ entry: people, wanted: { src: ["tag:ci"] } }],
    };
    const result = text
      .replace(/\t\t\/\/ acme.*\n.*\n/, "")
      .replace(/\{"src": \["group:eng"\].*\}/, '{ "src": ["tag:ci"] }');
    expect(() => verifyEdit(policy, { ...sameValues, ...outcome }, [stack, "acme/dev"], result)).not.toThrow();
    expect(() => verify(text, outcome)).toThrow(/An entry of this stack in "grants" would not be as it should/);
  });
});

describe("the result of an edit is refused, with what would have been lost,", () => {
  it.each<[string, (text: string) => string, RegExp]>([
    [
      "where an entry is in a comment",
      (t) => t.replace('\t{"src": ["group', '\t// {"src": ["group'),
      /^.*The entry on line 7, in "grants"/,
    ],
    ["where an entry is gone", (t) => t.replace('"tag:web": [], ', ""), /"tag:web" on line 3, in "tagOwners"/],
    [
      "where two entries changed places",
      (t) => t.replace(/("tag:web": \[\]), ("tag:db": .*?\])/, "$2, $1"),
      /"tag:web" on line 3/,
    ],
    ["where a value is another", (t) => t.replace("tcp:5432", "tcp:5433"), /The entry on line 6, in "grants"/],
    ["where one of two equal keys is gone", (t) => t.replace(', "ip": ["tcp:443"]', ""), /The entry on line 7/],
    ["where a key has another case", (t) => t.replace('"dst": ["*"]', '"Dst": ["*"]'), /The entry on line 7/],
    [
      "where a section has another name",
      (t) => t.replace('"tagOwners"', '"TagOwners"'),
      /"tagOwners" on line 3, in the top level/,
    ],
    [
      "where a section of others changed",
      (t) => t.replace("a@example.com", "b@example.com"),
      /"groups" on line 2, in the top level/,
    ],
    ["where a section is gone", (t) => t.replace(/\t"groups".*\n/, ""), /"groups" on line 2/],
    [
      "where an entry is too many",
      (t) => t.replace("[\n\t\t//", "[\n\t\t{},\n\t\t//"),
      /The entry on line 6, in "grants"/,
    ],
    [
      "where an entry is too many at the end",
      (t) => t.replace("// people", "{}, // people"),
      /Something would be added to "grants", on line 7 of the result/,
    ],
    [
      "where a member is too many",
      (t) => t.replace("\t],\n}", '\t],\n"x": 1}'),
      /Something would be added to the top level, on line 9/,
    ],
    [
      "where another stack's mark is gone",
      (t) => t.replace(/\t\t\/\/ acme.*\n/, ""),
      /A mark of acme\/dev would be lost/,
    ],
    [
      "that Tailscale's parser refuses",
      (t) => t.replace('["tcp:5432"]},', '["tcp:5432"]}'),
      /Tailscale's parser would refuse the result. Line 7, column 3 .* line 6 of the policy file/s,
    ],
  ])("%s", (_, edit, message) => {
    const result = edit(text);
    expect(result).not.toBe(text);
    expect(() => verify(result)).toThrow(PolicyError);
    expect(() => verify(result)).toThrow(message);
  });

  it("and asks for a report", () => {
    expect(() => verify(text.replace("tcp:5432", "*"))).toThrow(
      new PolicyError(
        "The edit of the tailnet policy file would do more than it should, so nothing was written. The entry on line 6, in " +
          '"grants", would be changed or lost.\n' +
          "This is a fault of claude-aperture, not of the file. Please report it: this message, the version of claude-aperture, " +
          "and the lines around line 6 of the policy file (names may be made up; comments, commas, spaces and line breaks have " +
          "to stay as they are).\n" +
          "Until it is mended, put the entries and their marks on lines of their own, or add them by hand and set policy.mode to " +
          '"observe".',
        "",
      ),
    );
  });
});
