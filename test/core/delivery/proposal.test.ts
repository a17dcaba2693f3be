import { describe, expect, it } from "vitest";
import {
  type Decision,
  decideProposal,
  type Goal,
  isAction,
  type KnownProposal,
  type Pull,
  type Scene,
} from "../../../core/delivery/proposal.ts";

const [wanted, older, theirs] = ["a".repeat(40), "b".repeat(40), "c".repeat(40)];
const owner = "acme/prod";
const goal: Goal = { owner, blob: wanted, reopen: false };

function pull(changes: Partial<Pull> = {}): Pull {
  return {
    id: "PR_1",
    number: 12,
    url: "https://github.com/acme/app/pull/12",
    state: "OPEN",
    title: "T",
    body: "B",
    isDraft: false,
    head: "h1",
    base: "main",
    commits: 1,
    files: 1,
    isQueued: false,
    mergesItself: false,
    conflicts: false,
    labels: [],
    ...changes,
  };
}

/** Our commit on our branch. */
const ours = (blob: string, head = "h1") => ({ head, blob, mark: { owner, blob } });
const scene = (changes: Partial<Scene> = {}): Scene => ({ base: "main", hasFormer: false, pulls: [], ...changes });
const known: KnownProposal = { proposed: wanted, head: "h1", pullRequest: 12 };

/** As a word or two: `waiting #12`. */
function show(decision: Decision): string {
  const number = "pull" in decision && decision.pull ? ` #${decision.pull.number}` : "";
  const more = "because" in decision ? ` (${decision.because})` : "";
  const text = decision.kind === "foreign" ? ` ${decision.hasText ? "with" : "without"} the text` : "";
  return `${decision.kind}${number}${text}${more}`;
}

interface Row {
  when: string;
  scene: Partial<Scene>;
  known?: KnownProposal;
  goal?: Partial<Goal>;
  want: string;
}

const open = (blob: string, changes: Partial<Pull> = {}): Partial<Scene> => ({
  branch: ours(blob),
  pulls: [pull(changes)],
});
const foreignHead = { branch: { head: "h2", blob: theirs }, pulls: [pull({ head: "h2" })] };

const rows: Row[] = [
  { when: "nothing is there", scene: {}, want: "open" },
  { when: "the base has the text", scene: { live: wanted }, want: "live" },
  { when: "the base has another text", scene: { live: older }, want: "open" },
  { when: "a file of before is still there", scene: { live: wanted, hasFormer: true }, want: "open" },

  { when: "ours is open with the text", scene: open(wanted), known, want: "waiting #12" },
  { when: "ours is open, and no state knows it", scene: open(wanted), want: "waiting #12" },
  { when: "ours is open with another text", scene: open(older), known, want: "rebuild #12 (text)" },
  {
    when: "ours is open into another branch",
    scene: open(wanted, { base: "trunk" }),
    known,
    want: "rebuild #12 (base)",
  },
  { when: "ours conflicts", scene: open(wanted, { conflicts: true }), known, want: "rebuild #12 (conflict)" },
  { when: "ours is queued with the text", scene: open(wanted, { isQueued: true }), known, want: "waiting #12" },
  { when: "ours is queued with another text", scene: open(older, { isQueued: true }), known, want: "queued #12" },
  {
    when: "ours is open, and the base has the text",
    scene: { ...open(wanted), live: wanted },
    known,
    want: "withdraw #12",
  },
  {
    when: "ours is open, and the base has the text but also the file of before",
    scene: { ...open(wanted), live: wanted, hasFormer: true },
    known,
    want: "waiting #12",
  },
  {
    when: "two of ours are open: the one into the base counts",
    scene: { branch: ours(wanted), pulls: [pull({ number: 11 }), pull({ base: "trunk" })] },
    want: "waiting #11",
  },

  {
    when: "ours was merged, and somebody opened another one from our branch to another one",
    scene: { branch: ours(wanted), live: wanted, pulls: [pull({ state: "MERGED" }), pull({ number: 13, base: "v1" })] },
    known,
    want: "live",
  },
  {
    when: "somebody opened one from our branch to another branch",
    scene: { branch: ours(wanted), pulls: [pull({ base: "v1" })] },
    want: "open",
  },
  {
    when: "somebody pushed a commit with the message of ours",
    scene: { branch: ours(wanted, "h2"), pulls: [pull({ head: "h2", commits: 2 })] },
    known,
    want: "foreign #12 with the text",
  },
  {
    when: "somebody amended our commit by another file, and its text is ours",
    scene: { branch: ours(wanted, "h2"), pulls: [pull({ head: "h2", files: 2 })] },
    known,
    want: "foreign #12 with the text",
  },
  {
    when: "ours takes a file of before away, and no state knows it",
    scene: { branch: ours(older), hasFormer: true, pulls: [pull({ files: 2 })] },
    want: "rebuild #12 (text)",
  },

  { when: "others have pushed", scene: foreignHead, known, want: "foreign #12 without the text" },
  {
    when: "others have pushed, and the text is in it",
    scene: { branch: { head: "h2", blob: wanted }, pulls: [pull({ head: "h2" })] },
    known,
    want: "foreign #12 with the text",
  },
  {
    when: "somebody amended our commit: its message says another text",
    scene: { branch: { head: "h2", blob: theirs, mark: { owner, blob: wanted } }, pulls: [pull({ head: "h2" })] },
    known,
    want: "foreign #12 without the text",
  },
  {
    when: "another stack's commit is on our branch",
    scene: {
      branch: { head: "h2", blob: older, mark: { owner: "acme/other", blob: older } },
      pulls: [pull({ head: "h2" })],
    },
    want: "foreign #12 without the text",
  },
  {
    when: "others have pushed, and the base has the text",
    scene: { ...foreignHead, live: wanted },
    known,
    want: "live #12",
  },
  {
    when: "the branch has moved while it was read",
    scene: { branch: ours(wanted, "h3"), pulls: [pull({ head: "h2" })] },
    known,
    want: "foreign #12 without the text",
  },

  { when: "ours was closed", scene: { pulls: [pull({ state: "CLOSED" })] }, known, want: "closed" },
  {
    when: "ours was closed, and reopen is set",
    scene: { pulls: [pull({ state: "CLOSED" })] },
    known,
    goal: { reopen: true },
    want: "open",
  },
  {
    when: "ours was closed with an older text",
    scene: { pulls: [pull({ state: "CLOSED" })] },
    known: { ...known, proposed: older },
    want: "open",
  },
  {
    when: "theirs was closed, which never had our text",
    scene: { pulls: [pull({ state: "CLOSED" })] },
    known: { proposed: wanted, pullRequest: 12 },
    want: "open",
  },
  { when: "ours was closed, and no state knows it", scene: { pulls: [pull({ state: "CLOSED" })] }, want: "open" },
  { when: "ours is not among the newest any more", scene: { pulls: [] }, known, want: "closed" },
  {
    when: "ours was closed, and the base has the text",
    scene: { live: wanted, pulls: [pull({ state: "CLOSED" })] },
    known,
    want: "live",
  },
  {
    when: "ours was merged, and the base has another text",
    scene: { live: theirs, pulls: [pull({ state: "MERGED" })] },
    known,
    want: "open",
  },

  { when: "our branch is left without a pull request", scene: { branch: ours(older) }, want: "open" },
  {
    when: "the branch is of others, without a pull request",
    scene: { branch: { head: "h2", blob: theirs } },
    want: "taken",
  },
  {
    when: "the branch is of others, and a merged pull request keeps it",
    scene: { branch: { head: "h2", blob: theirs }, pulls: [pull({ head: "h2", state: "MERGED" })], live: older },
    want: "open",
  },

  { when: "a file is to go that is not there", scene: {}, goal: { blob: undefined }, want: "live" },
  { when: "a file is to go", scene: { hasFormer: true }, goal: { blob: undefined }, want: "open" },
  {
    when: "a file is to go, which ours does",
    scene: { hasFormer: true, branch: { head: "h1", mark: { owner, blob: undefined } }, pulls: [pull()] },
    goal: { blob: undefined },
    want: "waiting #12",
  },
];

describe("decideProposal, when", () => {
  it.each(rows)("$when: $want", (row) => {
    const decision = decideProposal({ ...goal, ...row.goal }, scene(row.scene), row.known ?? {});
    expect(show(decision)).toBe(row.want);
    expect(isAction(decision)).toBe(/^(open|rebuild|withdraw|taken)/.test(row.want));
  });
});
