/** What there is to review: by the files that GitHub lists, the patterns of the settings, and labels. */
import { describe, expect, it } from "vitest";
import { refusePathPattern } from "../../../core/workflow/path-patterns.ts";
import { isIncluded } from "../../../core/workflow/sample-path.ts";
import { texts } from "../../../core/workflow/texts.ts";
import { runScript } from "./run-script.ts";

interface Pull {
  files?: (string | { filename: string; previous_filename: string })[];
  labels?: string[];
}

interface Lists {
  paths?: readonly string[];
  skipPaths?: readonly string[];
  skipLabels?: readonly string[];
}

const setAs = { paths: "PATHS", skipPaths: "SKIP_PATHS", skipLabels: "SKIP_LABELS" } as const;

/** What the script does, and which lists it asked GitHub for. */
async function check({ files = ["src/a.ts"], labels = [] }: Pull, lists: Lists) {
  let asked: string[] = [];
  const outcome = await runScript("check-scope", () => {
    asked = [];
    const place = { owner: "acme", repo: "app", pull_number: 5 };
    const listFiles = async () => ({ data: [] });
    const get = async (target: object) => {
      expect(target).toEqual(place);
      asked.push("labels");
      return { data: { labels: labels.map((name) => ({ name })) } };
    };
    const paginate = async (route: unknown, target: object) => {
      expect([route, target]).toEqual([listFiles, { ...place, per_page: 100 }]);
      asked.push("files");
      return files.map((file) => (typeof file === "string" ? { filename: file } : file));
    };
    const env = Object.entries(lists).map(([key, list]) => [setAs[key as keyof Lists], list.join("\n")]);
    return { github: { paginate, rest: { pulls: { get, listFiles } } }, env: Object.fromEntries(env) };
  });
  return { ...outcome, asked };
}

/** Whether there is a review; what the script says otherwise is tested once. */
async function isReviewed(pull: Pull, lists: Lists): Promise<boolean> {
  for (const pattern of [...(lists.paths ?? []), ...(lists.skipPaths ?? [])])
    expect(refusePathPattern(pattern)).toBeUndefined();
  const { outputs, exported } = await check(pull, lists);
  expect("NOT_ASKED" in exported).toBe(!outputs.review);
  // A script imports nothing, so that verify has the rule a second time.
  const isMeant = (file: string) => isIncluded(file, lists.paths ?? ["**"]) && !isIncluded(file, lists.skipPaths ?? []);
  const names = (pull.files ?? []).flatMap((file) =>
    typeof file === "string" ? file : [file.filename, file.previous_filename],
  );
  const isComplete = names.length > 0 && names.length < 3000;
  if (isComplete && !pull.labels) expect(names.some(isMeant)).toBe(outputs.review === true);
  return outputs.review === true;
}

const nothing = { notices: [], warnings: [], log: [], written: {}, summary: "", exported: {}, outputs: {} };
const notReviewed = (reason: string) => ({
  ...nothing,
  notices: [reason],
  exported: { NOT_ASKED: reason },
  summary: `### No review\n\n${reason}\n`,
});

describe("Check what there is to review", () => {
  it("says so with an output, and asks for no more than it needs", async () => {
    const review = { ...nothing, outputs: { review: true } };
    expect(await check({}, { paths: ["src/**"] })).toEqual({ ...review, asked: ["files"] });
    expect(await check({}, { skipLabels: ["x"] })).toEqual({ ...review, asked: ["labels"] });
    expect(await check({}, { skipPaths: ["docs/**"], skipLabels: ["x"] })).toEqual({
      ...review,
      asked: ["labels", "files"],
    });
  });

  it("is green without anything to review, and says why at the top of the run and in the summary", async () => {
    expect(await check({}, { paths: ["docs/**"] })).toEqual({ ...notReviewed(texts.nothingInScope), asked: ["files"] });
    expect(await check({ labels: ["x"] }, { skipLabels: ["x"], paths: ["src/**"] })).toEqual({
      ...notReviewed(texts.skippedLabel),
      asked: ["labels"],
    });
  });

  it("is red where GitHub does not answer", async () => {
    const refuse = async () => {
      throw new Error("502");
    };
    const github = { paginate: refuse, rest: { pulls: { get: refuse, listFiles: refuse } } };
    await expect(runScript("check-scope", () => ({ github, env: { PATHS: "a" } }))).rejects.toThrow("502");
    await expect(runScript("check-scope", () => ({ github, env: { SKIP_LABELS: "a" } }))).rejects.toThrow("502");
  });

  // The examples of GitHub's own page come first.
  it.each<[pattern: string, matches: string[], others: string[]]>([
    ["*", ["README.md", "server.rb"], ["docs/a.md"]],
    ["*.jsx?", ["page.js", "page.jsx"], ["page.jsxx", "src/page.js"]],
    ["**", ["all/the/files.md", "a"], []],
    ["*.js", ["app.js", "index.js"], ["js/app.js", "app.jsx", "appxjs"]],
    ["**.js", ["index.js", "js/index.js", "src/js/app.js"], ["index.json"]],
    ["docs/*", ["docs/README.md", "docs/file.txt"], ["docs/a/b.md", "docs", "xdocs/a"]],
    ["docs/**", ["docs/README.md", "docs/mona/octocat.txt"], ["src/docs/a", "docsx/a"]],
    ["docs/**/*.md", ["docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"], ["docs/a.txt"]],
    ["**/docs/**", ["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"], ["mydocs/a", "docs"]],
    ["**/README.md", ["README.md", "js/README.md"], ["XREADME.md", "js/aREADME.md"]],
    ["**/*src/**", ["a/src/app.js", "my-src/code/js/app.js"], ["a/srcs/app.js"]],
    ["**/*-post.md", ["my-post.md", "path/their-post.md"], ["post.md"]],
    ["**/migrate-*.sql", ["migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"], ["xmigrate-1.sql"]],
    // What means something in a regular expression means nothing here, and the reverse.
    ["a.(b|c)$^", ["a.(b|c)$^"], ["axb", "a.b"]],
    ["v[0-9]+", ["v1", "v2024"], ["v", "v1.0", "vx"]],
    ["c[+][+]/x", ["c++/x"], ["c/x", "cc/x"]],
    ["[a-c_.-]x", ["ax", "cx", "_x", ".x", "-x"], ["dx", "x"]],
    ["a/**b", ["a/b", "a/x/yb"], ["ab"]],
    ["a**/b", ["a/b", "ax/y/b"], ["ab"]],
    ["Src/**", ["Src/a"], ["src/a"]],
    ["ä/😀*", ["ä/😀.md"], ["a/😀.md"]],
    ["a b/*", ["a b/c d", "a b/line\nbreak"], ["a  b/c"]],
    ["**.md", ["line\nbreak.md"], ["a.md\n", "a.md\nx"]],
  ])("%s", async (pattern, matches, others) => {
    for (const file of matches) {
      expect(await isReviewed({ files: [file] }, { paths: [pattern] }), file).toBe(true);
      expect(await isReviewed({ files: [file] }, { skipPaths: [pattern] }), file).toBe(false);
    }
    for (const file of others) {
      expect(await isReviewed({ files: [file] }, { paths: [pattern] }), file).toBe(false);
      expect(await isReviewed({ files: [file] }, { skipPaths: [pattern] }), file).toBe(true);
    }
  });

  const renamed = { filename: "docs/a.md", previous_filename: "src/a.md" };
  it.each<[what: string, Pull, Lists, boolean]>([
    ["one file of many is enough", { files: ["docs/a", "src/a"] }, { paths: ["src/**"] }, true],
    ["the old name of a renamed file", { files: [renamed] }, { paths: ["src/**"] }, true],
    ["the new name of a renamed file", { files: [renamed] }, { paths: ["docs/**"] }, true],
    ["a file that moves out of what is skipped", { files: [renamed] }, { skipPaths: ["src/**"] }, true],
    ["a file that moves within what is skipped", { files: [renamed] }, { skipPaths: ["**.md"] }, false],
    ["any of several patterns", { files: ["go.mod"] }, { paths: ["src/**", "go.mod"] }, true],
    ["taken away again", { files: ["src/gen/a"] }, { paths: ["src/**", "!src/gen/**"] }, false],
    ["taken away and added again", { files: ["src/gen/a"] }, { paths: ["src/**", "!src/gen/**", "**/a"] }, true],
    ["taken away before it was added", { files: ["src/gen/a"] }, { paths: ["!src/gen/**", "src/**"] }, true],
    ["skipped but for one", { files: ["docs/api/a"] }, { skipPaths: ["docs/**", "!docs/api/**"] }, true],
    ["meant, and skipped", { files: ["src/a.snap"] }, { paths: ["src/**"], skipPaths: ["**.snap"] }, false],
    [
      "one meant, another skipped",
      { files: ["src/a.snap", "x"] },
      { paths: ["src/**"], skipPaths: ["**.snap"] },
      false,
    ],
    [
      "one meant and not skipped",
      { files: ["src/a.snap", "src/b"] },
      { paths: ["src/**"], skipPaths: ["**.snap"] },
      true,
    ],
    ["no file at all", { files: [] }, { skipPaths: ["docs/**"] }, false],
    ["as many as GitHub lists", { files: Array(3000).fill("docs/a") }, { paths: ["src/**"] }, true],
    ["almost as many", { files: Array(2999).fill("docs/a") }, { paths: ["src/**"] }, false],
    ["a label in another case", { labels: ["No Review"] }, { skipLabels: ["no review"] }, false],
    ["other labels", { labels: ["no review!", "no"] }, { skipLabels: ["no review"] }, true],
    ["a label with a line break", { labels: ["a\nb"] }, { skipLabels: ["a", "b"] }, true],
    ["nothing set", { labels: ["a"], files: [] }, {}, true],
  ])("%s", async (_, pull, lists, want) => {
    expect(await isReviewed(pull, lists)).toBe(want);
  });
});
