import { describe, expect, it } from "vitest";
import { gitBlobOid } from "../../core/delivery/blob.ts";
import { listChangedTexts, listShownFiles } from "../../stack/show-diffs.ts";

const path = ".github/workflows/claude.yml";
const rendered = (text: string) => ({ text, blob: gitBlobOid(text) });
const wanted = rendered("wanted\n");
const key = `-----BEGIN PRIVATE KEY-----\n${`${"a1".repeat(32)}\n`.repeat(3)}-----END PRIVATE KEY-----\n`;

describe("the texts that are compared", () => {
  it.each<{ of: string; live?: { text: string; blob: string }; want: (string | undefined)[] }>([
    { of: "a new file", want: [] },
    { of: "a file that is as it is to be", live: wanted, want: [] },
    { of: "another file", live: rendered("on: push\n"), want: ["on: push\n"] },
    { of: "an empty file", live: rendered(""), want: [""] },
    { of: "a binary file", live: { text: "", blob: gitBlobOid("\0") }, want: [undefined] },
    { of: "a file with a credential of this run", live: rendered("a: our-secret-9\n"), want: ["a: [secret]\n"] },
    { of: "a file with a key", live: rendered(`a: |\n${key}b\n`), want: ["a: |\n[secret]\nb\n"] },
  ])("of $of", ({ live, want }) => {
    const file = { path, wanted, ...(live ? { live } : {}) };
    const changes = listChangedTexts([{ repository: "acme/app", file }], ["our-secret-9"]);
    expect(changes.map((change) => change.live)).toEqual(want);
  });

  it("are of the files that this stack delivers", () => {
    const of = (slug: string, kind: string) => ({ settings: { delivery: { kind } }, facts: { slug }, file: {} });
    const all = [of("acme/a", "commit"), of("acme/b", "pull-request"), of("acme/c", "output"), of("acme/d", "central")];
    expect(listShownFiles(all as never).map(({ repository }) => repository)).toEqual(["acme/a", "acme/b", "acme/d"]);
  });
});
