/** What the stand-in of actions/checkout brings: which commit, and how much of its history. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPullAs, pushCommit } from "../../../sandbox/github/index.ts";
import { linesOf, oneJob, path, type Small, startSmall } from "./small.ts";

let small: Small;

beforeAll(async () => {
  small = await startSmall();
});
afterAll(() => small.close());

/** A checkout into a folder of its own, and a line that says what is in it. */
const checkout = (folder: string, inputs: object = {}) => [
  { uses: "actions/checkout@v6", with: { path: folder, ...inputs } },
  {
    run: `cd ${folder} && echo "${folder}: $(git rev-parse HEAD) $(git rev-list --count HEAD) $(git branch --show-current)"`,
  },
];

test("the merge commit alone by default, more when asked, and any commit, branch or repository's head", async () => {
  const { repository, github } = small;
  pushCommit(repository, "other", { "other.md": "1" });
  const { headSha } = openPullAs(repository, { author: "bob", fork: true, head: "theirs" });
  const steps = [
    ...checkout("usual"),
    ...checkout("whole", { "fetch-depth": 0 }),
    ...checkout("two", { "fetch-depth": 2 }),
    ...checkout("commit", { ref: headSha }),
    ...checkout("branch", { ref: "other" }),
    ...checkout("full-name", { ref: "refs/heads/other", "fetch-depth": 0 }),
    ...checkout("head", { ref: "refs/pull/1/head" }),
    { run: "cd usual && git fetch --quiet origin main && git rev-parse FETCH_HEAD | sed 's/^/base: /'" },
  ];
  const on = { pull_request: null };
  pushCommit(repository, "main", { [path]: oneJob(steps, { on, permissions: { contents: "read" } }) });
  const [run] = await small.runsOf(() => openPullAs(repository, { author: "alice", head: "ours" }));
  const [job] = run?.jobs ?? [];
  const said = linesOf(job?.log ?? "").filter((line) => /^[\w-]+: [0-9a-f]{40}/.test(line));
  const [merge, other, main] = [`refs/pull/${run?.pulls[0]}/merge`, "other", "main"].map(
    (name) => repository.git.resolve(name)?.sha,
  );
  expect(said.map((line) => line.trimEnd())).toEqual([
    `usual: ${merge} 1`,
    `whole: ${merge} 4`,
    `two: ${merge} 3`,
    `commit: ${headSha} 1`,
    `branch: ${other} 1 other`,
    `full-name: ${other} 1 other`,
    `head: ${headSha} 1`,
    `base: ${main}`,
  ]);
  expect(job?.conclusion).toBe("success");
  expect(github.journal.filter(({ unknown }) => unknown)).toEqual([]);
});

test("nothing without contents: read, and no other repository that is private", async () => {
  small.github.state.add("acme/other");
  const run = await small.runPushed(oneJob(checkout("own"), { permissions: { issues: "read" } }));
  expect(run.jobs[0]).toMatchObject({ conclusion: "failure" });
  expect(run.jobs[0]?.log).toContain("Repository not found");
  const steps = checkout("other", { repository: "acme/other" });
  const theirs = await small.runPushed(oneJob(steps, { permissions: { contents: "write" } }));
  expect(theirs.jobs[0]?.conclusion).toBe("failure");
  expect(theirs.jobs[0]?.log).toContain("Repository not found");
});
