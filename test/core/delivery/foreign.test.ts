import { expect, it } from "vitest";
import { describeDrift, explainForeign } from "../../../core/delivery/foreign.ts";

const path = ".github/workflows/claude.yml";
const headed = "# Written by claude-aperture for the stack acme/other. Do not edit: ...\non: push\n";

it.each([
  ["nothing", "", /^\.github\/workflows\/claude\.yml exists and was not written by this program\./],
  ["somebody's workflow", "on: push\n", /was not written by this program\. Choose another workflow\.path/],
  ["our header further down", `on: push\n${headed}`, /was not written by this program/],
  ["another stack's workflow", headed, /exists and is managed by the stack acme\/other\./],
])("a file that is not the stack's own, with %s", (_, text, expected) => {
  expect(explainForeign(path, text)).toMatch(expected);
});

it.each([
  ["nothing", undefined, "missing"],
  ["somebody's text", { blob: "0123", text: "on: push\n" }, "another file, without our header: 0123"],
  ["no text that can be shown", { blob: "0123", text: "" }, "another file, without our header: 0123"],
  ["our text, edited", { blob: "0123", text: `${headed}# more\n` }, "changed by hand: 0123"],
])("a preview shows in place of the text's id, where the branch has %s", (_, live, expected) => {
  expect(describeDrift(live)).toBe(expected);
});
