/**
 * Marks prove nothing, so whatever marks a file has, no edit may cost anything of others: every entry, member and comment
 * of theirs stays, byte for byte and in effect, and Tailscale's parser takes the result.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gapsIn } from "../../../core/policy/containers.ts";
import { type PolicyDocument, readPolicy } from "../../../core/policy/document.ts";
import { insert, PolicyError, remark, remove } from "../../../core/policy/edit.ts";
import { commentsIn } from "../../../core/policy/hujson.ts";
import { readMark } from "../../../core/policy/marks.ts";
import { forgedPolicy, wanted, wantedLater } from "./forged.ts";
import { owner } from "./fragments.ts";
import { startJudge } from "./judge.ts";

const judge = await startJudge();

const edits: Record<string, (text: string) => string> = {
  insert: (text) => insert(text, wanted, owner),
  "insert of another tag": (text) => insert(text, wantedLater, owner, wanted),
  remove: (text) => remove(text, wanted, owner),
  "remove of what is not known": (text) => remove(text, {}, owner),
  remark: (text) => remark(text, owner, "claude-aperture/new"),
};

/** The result, or undefined where two stacks want different things. A mistake of the edit itself is no such case. */
function tryEdit(edit: (text: string) => string, text: string): string | undefined {
  try {
    return edit(text);
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    expect((error as Error).message).toMatch(/want different things/);
    return undefined;
  }
}

interface Part {
  /** What of the file the source is: a section, or the top level. */
  place: string;
  source: string;
  /** The comments in front of it. */
  before: string;
}

/** Members of the top level and entries of the three sections, as they are written. */
function partsOf({ text, root, sections }: PolicyDocument): Part[] {
  const bySection = new Map(Object.values(sections).map((section) => [section.item, section]));
  return root.items.flatMap((member) => {
    const section = bySection.get(member);
    return (section?.container.items ?? [member]).map(({ from, start, value }) => {
      return { place: section?.name ?? "", source: text.slice(start, value.end), before: text.slice(from, start) };
    });
  });
}

/** May an edit of the stack take or rewrite it? Only with a mark, and of a tag that the stack has or had or may have had. */
function isPossiblyOwn({ place, source, before }: Part): boolean {
  // With a doubled name also an entry of another stack is written anew, when it becomes a shared one.
  if (!before.includes(source.includes('"SRC"') ? "managed by" : owner)) return false;
  if (place === "tagOwners") return /^"tag(:|\\u003a)(ci|old|mine)"/.test(source);
  if (place === "tests") return /"src": "tag:ci".*tag:aperture/.test(source);
  return (
    place === "grants" &&
    source.includes("cap/aperture") &&
    /"src": ("tag:ci"|\["tag:(ci|old|mine)"\]|\["tag:ci", "tag:web"\])/.test(source)
  );
}

/** Comments around members and entries that are no marks. */
function commentTexts({ text, root, sections }: PolicyDocument): string[] {
  const containers = [root, ...Object.values(sections).map(({ container }) => container)];
  const gaps = [{ from: 0, to: root.start }, { from: root.end, to: text.length }, ...containers.flatMap(gapsIn)];
  return gaps
    .toSorted((a, b) => a.from - b.from)
    .flatMap(({ from, to }) => commentsIn(text, from, to))
    .filter(({ start, end }) => !readMark(text, start, end))
    .map(({ start, end }) => text.slice(start, end));
}

const describePart = ({ place, source }: Part) => `${place} ${source}`;

function expectKept(before: string, after: string): void {
  const [old, now] = [readPolicy(before), readPolicy(after)];
  const foreign = partsOf(old).filter((part) => !isPossiblyOwn(part));
  expect(isSubsequence(foreign.map(describePart), partsOf(now).map(describePart)), after).toBe(true);
  expect(commentTexts(now)).toEqual(commentTexts(old));
}

function isSubsequence(part: string[], whole: string[]): boolean {
  let at = 0;
  for (const item of whole) if (item === part[at]) at += 1;
  return at === part.length;
}

describe.each([
  ["the same files as always", { seed: 20_261_125 }],
  ["other files each time", {}],
])("with forged marks, %s:", (_, seed) => {
  it.each(Object.entries(edits))("%s keeps all that is not the stack's, and comes to an end", async (_name, edit) => {
    await fc.assert(
      fc.asyncProperty(forgedPolicy, async (text) => {
        // A mark may come to stand in front of something else, so a second run may have something to do as well.
        const first = tryEdit(edit, text);
        const second = first && tryEdit(edit, first);
        if (first === undefined || second === undefined) return;
        expectKept(text, first);
        expectKept(first, second);
        expect(edit(second)).toBe(second);
        if (judge) expect(await judge.parse(first)).toMatchObject({ ok: true });
      }),
      { numRuns: 400, ...seed },
    );
  });
});
