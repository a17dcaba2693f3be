/** Links and images of all pages lead to a file, and to a heading where they name one. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");

const pages = globSync("**/*.md", {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|coverage|\.[^/]+)(\/|$)/.test(path),
});

/** The page without blocks of code, where brackets and hashes are not Markdown's. */
function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}

/** The anchors that GitHub gives the headings: lower case, no punctuation, a dash for each space, a number if repeated; and those by hand. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id = ""]) => id));
  for (const [, heading = ""] of withoutCode(text).matchAll(/^#+ (.+)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = words.replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
    let number = 0;
    while (anchors.has(number === 0 ? anchor : `${anchor}-${number}`)) number++;
    anchors.add(number === 0 ? anchor : `${anchor}-${number}`);
  }
  return anchors;
}

/** Targets of the relative links of a page, each as file and anchor. */
function linksOf(text: string): { target: string; file: string; anchor: string }[] {
  const spans = withoutCode(text).replace(/`[^`\n]*`/g, "code");
  return [...spans.matchAll(/\]\(\s*([^)\s]+)[^)]*\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/i.test(target)) return [];
    const [file = "", anchor = ""] = target.split("#");
    return [{ target, file, anchor }];
  });
}

function deadLinksOf(page: string, text: string): string[] {
  return linksOf(text).flatMap(({ target, file, anchor }) => {
    const path = join(root, dirname(page), file);
    if (file !== "" && (relative(root, path).startsWith("..") || !existsSync(path))) return [target];
    if (anchor === "") return [];
    return anchorsOf(file === "" ? text : readFileSync(path, "utf8")).has(anchor) ? [] : [target];
  });
}

it("finds the pages", () => {
  expect(pages).toEqual(expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/security.md"]));
});

it.each(pages)("%s has no dead link", (page) => {
  const text = readFileSync(join(root, page), "utf8");
  expect(deadLinksOf(page, text)).toEqual([]);
});

it("a dead link is found", () => {
  const text = [
    "# One two",
    "## `code`, and a [link](README.md)",
    "## One two",
    "```",
    "# no heading",
    "[no link](none.md)",
    "```",
    "[a](#one-two) [b](#one-two-1) [c](#code-and-a-link) [d](docs/security.md#tools) [e](https://example.com/#x)",
    "[f](#no-heading) [g](docs/none.md) [h](docs/security.md#none) [i](../README.md) `[j](none.md)`",
    "![k](none.svg)",
  ].join("\n");
  expect(deadLinksOf("PAGE.md", text)).toEqual([
    "#no-heading",
    "docs/none.md",
    "docs/security.md#none",
    "../README.md",
    "none.svg",
  ]);
});
