/** Whether a mention is answered: who asks, in what words, about which commits. */
import { describe, expect, it } from "vitest";
import { texts } from "../../../core/workflow/texts.ts";
import { runScript, type World } from "./run-script.ts";

const [old, current] = ["1".repeat(40), "2".repeat(40)];
const written = "2026-11-25T10:00:00Z";

interface Situation {
  event?: object;
  permission?: string;
  /** Of mallory, who did not start the run. */
  permissionOfMallory?: string;
  /** Whether GitHub refuses a reply. */
  locked?: boolean;
  pull?: object;
  /** The newest push to the head's branch; undefined where GitHub does not know, null where it refuses to say. */
  push?: { after: string; timestamp: string } | undefined | null;
  /** Status of the request for a branch of the head's name in acme/app. */
  branch?: number;
  allowForks?: boolean;
  triggerPhrase?: string;
}

const app = { id: 22, name: "app", owner: { login: "acme" } };
const fork = { id: 33, name: "app", owner: { login: "mallory" } };
const head = (change = {}) => ({ ref: "topic", sha: current, repo: app, ...change });
const pullOf = (change = {}) => ({ state: "open", merged: false, base: { repo: { id: 22 } }, head: head(), ...change });
const [user, mallory] = [{ login: "alice" }, { login: "mallory" }];
const comment = (body: string) => ({
  comment: { body, created_at: written, user },
  issue: { number: 5, title: "@claude", body: null, user: mallory },
});
const inConversation = {
  ...comment("@claude fix it"),
  issue: { number: 5, title: "x", body: null, user: mallory, pull_request: {} },
};
const onLine = (sha: string) => ({
  comment: { body: "@claude fix it", created_at: written, user },
  pull_request: { number: 5, head: { sha } },
});
const review = (commit_id: string | null) => ({
  review: { body: "@claude fix it", commit_id, user },
  pull_request: { number: 5, head: { sha: current } },
});

/** What the script answers and what it wrote to GitHub. */
async function ask(situation: Situation) {
  let said: object[] = [];
  const { event = comment("@claude why?"), permission = "write", pull = pullOf(), branch = 404 } = situation;
  const world = (): World => {
    said = [];
    const github = {
      rest: {
        repos: {
          getCollaboratorPermissionLevel: async ({ username, ...place }: { username: string }) => {
            expect(place).toEqual({ owner: "acme", repo: "app" });
            if (username === "ghost") return { data: { permission: "none" } };
            if (username === "mallory") return { data: { permission: situation.permissionOfMallory ?? "read" } };
            expect(username).toBe("alice");
            return { data: { permission, role_name: "write", user: { permissions: { admin: true } } } };
          },
          getBranch: async () => {
            if (branch !== 200) throw Object.assign(new Error("no"), { status: branch });
            return { data: {} };
          },
        },
        pulls: { get: async () => ({ data: pull }) },
        issues: {
          createComment: async (text: object) => {
            if (situation.locked) throw new Error("Unable to create comment because issue is locked.");
            said.push(text);
          },
        },
      },
      request: async (route: string, place: object) => {
        expect(route).toBe("GET /repos/{owner}/{repo}/activity");
        const { owner, repo, ref } = place as { owner: string; repo: string; ref: string };
        const from = (pull as ReturnType<typeof pullOf>).head;
        expect([owner, repo, ref]).toEqual([from.repo.owner.login, from.repo.name, from.ref]);
        if (situation.push === null) throw new Error("Resource not accessible by integration");
        return { data: situation.push ? [situation.push] : [] };
      },
    };
    const { allowForks = false, triggerPhrase = "@claude" } = situation;
    const env = { ALLOW_FORKS: String(allowForks), TRIGGER_PHRASE: triggerPhrase };
    return { github, context: { payload: event }, env };
  };
  const { outputs, exported, notices, warnings } = await runScript("check-access", world);
  expect(notices).toEqual(Object.values(exported));
  expect(warnings).toEqual(situation.locked ? ["Unable to create comment because issue is locked."] : []);
  return { outputs, refusal: exported.NOT_ASKED, said };
}

const granted = { outputs: { granted: true }, refusal: undefined, said: [] };
const refused = (refusal: string) => ({ outputs: {}, refusal, said: [] });
const replied = (refusal: string) => ({
  outputs: {},
  refusal,
  said: [{ owner: "acme", repo: "app", issue_number: 5, body: refusal }],
});

it.each([
  ["admin", granted],
  ["write", granted],
  ["read", refused(texts.noWriteAccess)],
  ["none", refused(texts.noWriteAccess)],
])("the permission %s", async (permission, want) => {
  expect(await ask({ permission })).toEqual(want);
});

describe("the words of somebody else than who started the run", () => {
  const transferred = (author: object | null) => ({ issue: { number: 5, title: "@claude", body: "", user: author } });
  it.each<[string, Situation, object]>([
    ["an issue that was transferred", { event: transferred(mallory) }, refused(texts.noWriteAccess)],
    ["the same of a colleague", { event: transferred(mallory), permissionOfMallory: "write" }, granted],
    [
      "a discussion of a colleague that an outsider made an issue",
      { event: transferred(mallory), permissionOfMallory: "write", permission: "triage" },
      refused(texts.noWriteAccess),
    ],
    ["an account that is gone", { event: transferred(null) }, refused(texts.noWriteAccess)],
  ])("%s", async (_, situation, want) => {
    expect(await ask(situation)).toEqual(want);
  });
});

it("is refused without a reply where the conversation is locked", async () => {
  expect(await ask({ event: review(old), locked: true })).toEqual(refused(texts.headMoved));
});

it("is red when GitHub does not tell the permission", async () => {
  const getCollaboratorPermissionLevel = async () => {
    throw new Error("Resource not accessible by integration");
  };
  const world = () => ({
    github: { rest: { repos: { getCollaboratorPermissionLevel } } },
    context: { payload: comment("@claude") },
    env: { TRIGGER_PHRASE: "@claude" },
  });
  await expect(runScript("check-access", world)).rejects.toThrow("Resource not accessible");
});

const hostile = "\"; $(touch pwned) `touch pwned` ' ${PATH} ::error::x ##[error]x %0A <script>\n";

const noWord = (phrase: string) => texts.noWordOfItsOwn.replace("{phrase}", phrase);

describe("the text asks Claude only with @claude as a word of its own", () => {
  const events = {
    issue_comment: comment,
    pull_request_review_comment: (body: string) => ({
      ...onLine(current),
      comment: { body, created_at: written, user },
    }),
    pull_request_review: (body: string) => ({ ...review(current), review: { body, commit_id: current, user } }),
    "issues, in the body": (body: string) => ({ issue: { number: 5, title: "me@claude.ai", body, user } }),
    "issues, in the title": (title: string) => ({ issue: { number: 5, title, body: null, user } }),
  };
  const lookAlikes = [
    "me@claude.ai",
    "@claude-bot",
    "x@claude",
    "@claudette",
    "@claude_",
    "(@claude)",
    "`@claude`",
    hostile,
  ];
  const mentions = [
    "@claude",
    "@Claude, why?",
    "a\n@claude\nb",
    "so: @claude!",
    "@claude\u00a0please",
    `${hostile}@claude ${hostile}`,
  ];

  it.each(Object.entries(events))("%s", async (_, event) => {
    for (const text of lookAlikes) expect(await ask({ event: event(text) }), text).toEqual(refused(noWord("@claude")));
    for (const text of mentions) expect(await ask({ event: event(text) }), text).toEqual(granted);
  });

  it("a review without a text", async () => {
    const event = { ...review(current), review: { body: null, commit_id: current } };
    expect(await ask({ event })).toEqual(refused(noWord("@claude")));
  });

  it.each<[phrase: string, asks: string[], others: string[]]>([
    ["/review", ["/review", "please /REVIEW, now", "a\n/review"], ["@claude", "x/review", "/reviewer", "/review/x"]],
    ["hey claude", ["Hey Claude: why?"], ["hey  claude", "hey\nclaude", "they claude", "hey claudette"]],
    ["клод", ["Клод!"], ["клода", "@claude"]],
  ])("or with another phrase: %s", async (triggerPhrase, asks, others) => {
    for (const text of asks) expect(await ask({ event: comment(text), triggerPhrase }), text).toEqual(granted);
    for (const text of others)
      expect(await ask({ event: comment(text), triggerPhrase }), text).toEqual(refused(noWord(triggerPhrase)));
  });

  it("and says which phrase", () => {
    expect(noWord("/review")).toBe("Claude was not asked: /review is not a word of its own here.");
  });
});

describe("the commits are those that were commented on", () => {
  const before = "2026-11-25T09:59:59Z";
  const after = "2026-11-25T10:00:01Z";
  it.each<[string, Situation, object]>([
    [
      "a comment, nothing pushed since",
      { event: inConversation, push: { after: current, timestamp: before } },
      granted,
    ],
    [
      "a comment in the second of the push",
      { event: inConversation, push: { after: current, timestamp: written } },
      granted,
    ],
    [
      "a comment, pushed since",
      { event: inConversation, push: { after: current, timestamp: after } },
      replied(texts.headMoved),
    ],
    // Commits pushed earlier, replaced, and brought back: the newest push counts.
    [
      "a comment, another head than the newest push",
      { event: inConversation, push: { after: old, timestamp: before } },
      replied(texts.headMoved),
    ],
    ["a comment, the branch has no known push", { event: inConversation }, granted],
    ["a comment, GitHub does not say", { event: inConversation, push: null }, granted],
    ["a comment on a line", { event: onLine(current) }, granted],
    ["a comment on a line, pushed since", { event: onLine(old) }, replied(texts.headMoved)],
    ["a review", { event: review(current) }, granted],
    ["a review of older commits", { event: review(old) }, replied(texts.headMoved)],
    ["a review of commits that are gone", { event: review(null) }, replied(texts.headMoved)],
    [
      "a closed pull request, of which the action takes no commits",
      { event: review(old), pull: pullOf({ state: "closed" }) },
      granted,
    ],
  ])("%s", async (_, situation, want) => {
    expect(await ask(situation)).toEqual(want);
  });

  it("a person without write access gets no reply, whatever the head", async () => {
    expect(await ask({ event: review(old), permission: "read" })).toEqual(refused(texts.noWriteAccess));
  });
});

describe("a fork", () => {
  const pull = pullOf({ head: head({ repo: fork }) });
  const seen = { after: current, timestamp: "2026-11-25T09:00:00Z" };
  const situation = { event: inConversation, pull, push: seen };
  it.each<[string, Situation, object]>([
    ["is refused", situation, replied(texts.otherRepository)],
    // Its author could open it again before the action fetches.
    [
      "whose pull request is closed is refused",
      { ...situation, pull: pullOf({ ...pull, state: "closed" }) },
      replied(texts.otherRepository),
    ],
    [
      "passes once it is merged, with which it stays closed",
      { ...situation, pull: pullOf({ head: head({ repo: null }), state: "closed", merged: true }) },
      granted,
    ],
    [
      "never with commits pushed since while it was closed",
      { ...situation, allowForks: true, pull: pullOf({ ...pull, state: "closed" }), push: { ...seen, after: old } },
      replied(texts.headMoved),
    ],
    ["of the same name elsewhere is refused", { ...situation, event: review(current) }, replied(texts.otherRepository)],
    [
      "that is gone is refused",
      { ...situation, pull: pullOf({ head: head({ repo: null }) }) },
      replied(texts.otherRepository),
    ],
    ["passes where the setting says so", { ...situation, allowForks: true }, granted],
    [
      "never onto a branch of this repository",
      { ...situation, allowForks: true, branch: 200 },
      replied(texts.branchOfThatName),
    ],
    [
      "nor where GitHub does not say whether there is one",
      { ...situation, allowForks: true, branch: 500 },
      replied(texts.branchOfThatName),
    ],
    [
      "nor with commits pushed since",
      { ...situation, allowForks: true, push: { ...seen, after: old } },
      replied(texts.headMoved),
    ],
    ["nor where nobody knows when", { ...situation, allowForks: true, push: null }, replied(texts.headMoved)],
  ])("%s", async (_, given, want) => {
    expect(await ask(given)).toEqual(want);
  });
});
