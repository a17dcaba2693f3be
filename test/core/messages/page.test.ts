import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { howToSection } from "../../../core/checks/how-to.ts";
import { checksSection } from "../../../core/checks/section.ts";
import { formatMessage, message, toPlainText } from "../../../core/messages/entry.ts";
import { catalogue } from "../../../core/messages/index.ts";
import { renderTroubleshootingPage } from "../../../core/messages/page.ts";
import { pluginNodeMissing } from "../../../core/messages/versions.ts";

const root = new URL("../../../", import.meta.url);
const pages = [...catalogue, howToSection, checksSection];
const read = (name: string) => readFileSync(new URL(name, root), "utf8");

it("docs/troubleshooting.md is current: run `npm run troubleshooting` after a change of core/messages/", () => {
  expect(read("docs/troubleshooting.md")).toBe(renderTroubleshootingPage(pages));
});

it("each row says what to do, and no two rows of a section look alike", () => {
  for (const { title, entries } of pages) {
    const symptoms = renderTroubleshootingPage([{ title, entries }])
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) => line.split(" | ")[0]);
    expect(new Set(symptoms).size, title).toBe(symptoms.length);
    for (const entry of entries) expect(entry.cause, JSON.stringify(entry)).not.toBe("");
  }
});

it.each(["", ".cmd"])(
  "the plugin's start script%s, which can import nothing, says the catalogue's text",
  (extension) => {
    expect(read(`provider/pulumi-resource-claude-aperture${extension}`)).toContain(pluginNodeMissing.says);
  },
);

it("a text is filled in, with braces of YAML as they are", () => {
  const entry = message({ says: "{a} and {b}.", advice: " Set { kind: {c} }, { d: e }", cause: "", fix: "" });
  expect(formatMessage(entry, { a: "x", b: 2, c: "y" })).toBe("x and 2. Set { kind: y }, { d: e }");
});

it("a text shows what others wrote, and has neither terminal nor Pulumi act upon it", () => {
  const entry = message({ says: "{owner} has it.", cause: "", fix: "" });
  const owner = "a\u001b[2J\u202eb\u009b\tc\r\nd<{%x%}>";
  expect(formatMessage(entry, { owner })).toBe("a\\u001b[2J\\u202eb\\u009b\tc\\u000d\nd<{ %x%}> has it.");
});

it("at a terminal Markdown is plain text, with the addresses of links", () => {
  expect(toPlainText("`a` at [b](https://c.example) in the [README](../README.md#use-it)")).toBe(
    "a at b (https://c.example) in the README",
  );
});
