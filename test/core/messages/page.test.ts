import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { formatMessage, message, plain } from "../../../core/messages/entry.ts";
import { catalogue } from "../../../core/messages/index.ts";
import { troubleshootingPage } from "../../../core/messages/page.ts";

const root = new URL("../../../", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), "utf8");
const entries = catalogue.flatMap((section) => section.entries);
const ours = entries.filter((entry) => "says" in entry);

it("docs/troubleshooting.md is current: run `npm run troubleshooting` after a change of core/messages/", () => {
  expect(read("docs/troubleshooting.md")).toBe(troubleshootingPage(catalogue));
});

it("each row says what to do, and no two rows of a section look alike", () => {
  for (const { title, entries } of catalogue) {
    const symptoms = troubleshootingPage([{ title, entries }])
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) => line.split(" | ")[0]);
    expect(new Set(symptoms).size, title).toBe(symptoms.length);
    for (const entry of entries) expect(entry.cause, JSON.stringify(entry)).not.toBe("");
  }
});

const held = ours.flatMap(({ says, file }) => (file === undefined ? [] : [[says, file] as const]));

it.each(held)("%s is what %s says", (says, file) => {
  const source = read(file)
    // A text may go over several literals of the source.
    .replaceAll(/["'`]\s*\+\s*["'`]/g, "")
    .replaceAll(/\\(["'`])/g, "$1");
  // Where the catalogue has a name, the source has an expression of its own language.
  const pattern = says
    .split(/\{\w+\}/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("[^\n]{1,80}?");
  expect(source).toMatch(new RegExp(pattern));
});

it("a text is filled in, with braces of YAML as they are", () => {
  const entry = message({ says: "{a} and {b}.", advice: " Set { kind: {c} }, { d: e }", cause: "", fix: "" });
  expect(formatMessage(entry, { a: "x", b: 2, c: "y" })).toBe("x and 2. Set { kind: y }, { d: e }");
});

it("at a terminal Markdown is plain text, with the addresses of links", () => {
  expect(plain("`a` at [b](https://c.example) in the [README](../README.md#use-it)")).toBe(
    "a at b (https://c.example) in the README",
  );
});
