import { expect, it } from "vitest";
import { namePullBranches } from "../../../core/delivery/branches.ts";
import { markProposal, readProposalMark } from "../../../core/delivery/proposal-mark.ts";
import { findPullEdits } from "../../../core/delivery/pull-edits.ts";
import { describeAddition, describeRemoval, explainWithdrawal } from "../../../core/delivery/pull-texts.ts";
import type { WorkflowFileOptions } from "../../../core/workflow/file.ts";

const path = ".github/workflows/claude.yml";
const jobs = {
  owner: "acme/prod",
  path,
  presets: ["review", "mention"],
  identity: "federated",
  hostname: "ai",
  tag: "tag:ci",
  runsOn: "ubuntu-latest",
  timeoutMinutes: 30,
} as const;
const files: Record<string, WorkflowFileOptions> = {
  standalone: { role: "standalone", ...jobs },
  central: { role: "central", ...jobs },
  caller: {
    role: "caller",
    owner: "acme/prod",
    path,
    presets: ["review"],
    identity: "federated",
    scope: "repository",
    central: { repository: "acme/.github", path: ".github/workflows/claude-acme-prod.yml", branch: "main" },
    permissions: {},
  },
};

it.each(Object.entries(files))("a pull request with a file of the role %s", async (role, file) => {
  const { title, body } = describeAddition({}, file);
  await expect(`# ${title}\n\n${body}`).toMatchFileSnapshot(`pull-request-${role}.golden.md`);
});

it("a pull request that removes a file", async () => {
  const { title, body } = describeRemoval({ owner: "acme/prod", path });
  await expect(`# ${title}\n\n${body}`).toMatchFileSnapshot("pull-request-removal.golden.md");
});

it("takes the settings' words in place of its own", () => {
  const delivery = { title: "T", body: "B", labels: ["ci"], draft: true, autoMerge: true };
  expect(describeAddition(delivery, files.standalone as WorkflowFileOptions)).toEqual({
    title: "T",
    body: "B",
    labels: ["ci"],
    isDraft: true,
    mergesItself: true,
  });
});

it("says why a pull request is closed", () => {
  expect(
    [
      { kind: "live", branch: "main" } as const,
      { kind: "another delivery", delivery: "commit" } as const,
      { kind: "another path", path: "x.yml" } as const,
      { kind: "left" } as const,
      { kind: "wanted again" } as const,
    ].map((reason) => explainWithdrawal("acme/prod", reason)),
  ).toEqual([
    "Closed by claude-aperture for the stack `acme/prod`: `main` has it already.",
    "Closed by claude-aperture for the stack `acme/prod`: its file does not come by pull request any more (`delivery: { kind: commit }`).",
    "Closed by claude-aperture for the stack `acme/prod`: its file is at `x.yml` now.",
    "Closed by claude-aperture for the stack `acme/prod`: it has let go of this repository.",
    "Closed by claude-aperture for the stack `acme/prod`: it has taken this repository up again.",
  ]);
});

const blob = "0123456789abcdef0123456789abcdef01234567";

it.each([
  { in: markProposal("Body.", { owner: "acme/prod", blob }), want: { owner: "acme/prod", blob } },
  { in: markProposal("Body.", { owner: "acme/prod", blob: undefined }), want: { owner: "acme/prod", blob: undefined } },
  { in: `Head\n\n${markProposal("", { owner: "a/b", blob })}\n`, want: { owner: "a/b", blob } },
  // A person's text behind it, or a mark that is not at the end, is no word of ours.
  { in: `${markProposal("Body.", { owner: "acme/prod", blob })}\n\nMore.`, want: undefined },
  { in: `Claude-Aperture: acme/prod ${blob}`, want: undefined },
  { in: "x\n\nClaude-Aperture: acme/prod 123", want: undefined },
  { in: "", want: undefined },
])("reads the mark of $in", ({ in: message, want }) => {
  expect(readProposalMark(message)).toEqual(want);
});

it.each([
  { owner: "claude-aperture/prod", path, want: "claude-aperture/claude-aperture-prod/claude.yml" },
  { owner: "acme/prod", path: ".github/workflows/.a..b.yml", want: "claude-aperture/acme-prod/-a-.b.yml" },
  { owner: "a/b.lock", path, want: "claude-aperture/a-b-lock.5d0df1e26e/claude.yml" },
])("names the branches of $owner and $path as Git takes them", ({ owner, path: file, want }) => {
  const { addition, removal } = namePullBranches(owner, file);
  const folder = want.slice(0, want.lastIndexOf("/"));
  const name = want.slice(want.lastIndexOf("/") + 1);
  expect([addition, removal]).toEqual([
    { head: want, scratch: `${want}.next` },
    { head: `${folder}/remove/${name}`, scratch: `${folder}/remove/${name}.next` },
  ]);
});

const text = { title: "T", body: "B", labels: ["a"], isDraft: false, mergesItself: false };
const asWanted = {
  ...text,
  id: "",
  number: 1,
  url: "",
  state: "OPEN",
  head: "",
  base: "",
  commits: 1,
  files: 1,
  isQueued: false,
  conflicts: false,
} as const;

it.each([
  { when: "nothing changed", pull: {}, wanted: {}, before: {}, want: {} },
  { when: "a person changed it", pull: { title: "X", isDraft: true, labels: [] }, wanted: {}, before: {}, want: {} },
  { when: "the settings changed", pull: {}, wanted: { title: "N" }, before: {}, want: { title: "N" } },
  { when: "both changed to the same", pull: { title: "N" }, wanted: { title: "N" }, before: {}, want: {} },
  { when: "it is to be a draft", pull: {}, wanted: { isDraft: true }, before: {}, want: { isDraft: true } },
  {
    when: "a label is new",
    pull: { labels: ["a", "x"] },
    wanted: { labels: ["a", "b"] },
    before: {},
    want: { labels: { names: ["b"], replace: false } },
  },
  {
    when: "a label goes",
    pull: { labels: ["a", "x"] },
    wanted: { labels: ["b"] },
    before: {},
    want: { labels: { names: ["x", "b"], replace: true } },
  },
  {
    when: "a label that somebody took off goes",
    pull: { labels: ["x"] },
    wanted: { labels: [] },
    before: {},
    want: {},
  },
  { when: "auto-merge is new", pull: {}, wanted: { mergesItself: true }, before: {}, want: { mergesItself: true } },
  {
    when: "somebody stopped the auto-merge",
    pull: {},
    wanted: { mergesItself: true },
    before: { mergesItself: true },
    want: {},
  },
  {
    when: "no run has noted it",
    pull: { labels: [], isDraft: true, body: "X" },
    wanted: { mergesItself: true },
    before: undefined,
    want: { body: "B", mergesItself: true, labels: { names: ["a"], replace: false } },
  },
  {
    when: "no run has noted it, and a person had it merge itself",
    pull: { mergesItself: true },
    wanted: {},
    before: undefined,
    want: {},
  },
])("findPullEdits, when $when", ({ pull, wanted, before, want }) => {
  const edits = findPullEdits({ ...asWanted, ...pull }, { ...text, ...wanted }, before && { ...text, ...before });
  expect(edits).toEqual(want);
});
