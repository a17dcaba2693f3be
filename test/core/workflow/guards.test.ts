/** The delivered `if` and concurrency expressions, evaluated for events as GitHub sends them. */
import { describe, expect, it } from "vitest";
import { type Contexts, evaluate, isTrue } from "./evaluate.ts";
import { type JobYaml, options, yamlOf } from "./workflows.ts";

const both = { ...options, presets: ["review", "mention"] as const, environment: "claude" };

type Payload = Record<string, unknown>;
interface Run {
  event_name: string;
  actor: string;
  repository: string;
  run_id: string;
  event: Payload;
}

const alice = { login: "alice", type: "User" };
const dependabot = { login: "dependabot[bot]", type: "Bot" };
const run = (event_name: string, event: Payload, actor = "alice"): Run => ({
  event_name,
  actor,
  repository: "acme/app",
  run_id: "77",
  event: { sender: alice, ...event },
});
const here = { repo: { full_name: "acme/app" } };
const pull = (change: Payload = {}) => ({ number: 5, draft: false, user: alice, head: here, ...change });
const pullRequest = (change: Payload = {}, event: Payload = {}, actor?: string) =>
  run("pull_request", { number: 5, pull_request: pull(change), ...event }, actor);
const by = (author_association: string) => ({ author_association });
const comment = (body: string, author = by("MEMBER"), event: Payload = {}) =>
  run("issue_comment", {
    issue: { number: 9, title: "@claude", body: "@claude", ...by("MEMBER") },
    comment: { body, ...author },
    ...event,
  });
const review = (body: string | null, change: Payload = {}, author = by("OWNER")) =>
  run("pull_request_review", { review: { body, ...author }, pull_request: pull({ body: "@claude", ...change }) });
const lineComment = (body: string, change: Payload = {}) =>
  run("pull_request_review_comment", { comment: { body, ...by("COLLABORATOR") }, pull_request: pull(change) });
const issue = (title: string, body: string | null, author = by("OWNER")) =>
  run("issues", { issue: { number: 9, title, body, ...author } });

const started: Record<"review" | "mention", Record<string, Run>> = {
  review: {
    "a pull request of a branch here": pullRequest(),
    "a repository's name in other case": pullRequest({ head: { repo: { full_name: "Acme/App" } } }),
  },
  mention: {
    "a comment on an issue": comment("@claude why?"),
    "a comment on a pull request": comment("hi @Claude", by("OWNER"), {
      issue: { number: 5, pull_request: { url: "https://api.github.com/repos/acme/app/pulls/5" } },
    }),
    "a comment of a member who hides it": comment("@claude", by("CONTRIBUTOR")),
    "a review": review("@claude look"),
    "a review of Dependabot's pull request by a person": review("@claude", { user: dependabot }),
    "a comment on a line": lineComment("@claude this"),
    "an issue's title": issue("@claude: crash", null),
    "an issue's body": issue("Crash", "please @claude"),
    "a look-alike, which the last step tells apart": comment("write to me@claude.ai"),
    "another look-alike": comment("@claude-bot"),
  },
};

const skipped: Record<"review" | "mention", Record<string, Run>> = {
  review: {
    "a fork": pullRequest({ head: { repo: { full_name: "mallory/app" } } }),
    "a fork that is gone": pullRequest({ head: { repo: null } }),
    "a draft": pullRequest({ draft: true }),
    "Dependabot's pull request": pullRequest({ user: dependabot }, { sender: dependabot }, "dependabot[bot]"),
    "Dependabot's pull request, reopened by a person": pullRequest({ user: dependabot }),
    "a person's pull request, updated by Dependabot": pullRequest({}, { sender: dependabot }, "dependabot[bot]"),
    "another bot": pullRequest({}, { sender: { login: "renovate[bot]", type: "Bot" } }, "renovate[bot]"),
    "an app without [bot] in its name": pullRequest({}, { sender: { login: "Copilot", type: "Bot" } }, "Copilot"),
    "a mention": comment("@claude"),
    "a review with a mention": review("@claude"),
    "an issue": issue("@claude", "@claude"),
    "a merge group": run("merge_group", { merge_group: { head_ref: "refs/heads/gh-readonly-queue/main/pr-5-0" } }),
  },
  mention: {
    "no phrase, on an issue that has it": comment("thanks"),
    "no phrase, in a review": review("looks good"),
    "an approval without text": review(null),
    "no phrase, in an issue": issue("Crash", null),
    "an outsider": comment("@claude", by("NONE")),
    "a first-time contributor": comment("@claude", by("FIRST_TIME_CONTRIBUTOR")),
    "an outsider's issue": issue("@claude", "", by("NONE")),
    "a first timer on GitHub": comment("@claude", by("FIRST_TIMER")),
    "the placeholder of an import": comment("@claude", by("MANNEQUIN")),
    "an outsider's issue that a maintainer transferred": run("issues", {
      issue: { number: 9, title: "@claude", body: "", ...by("NONE"), user: { login: "mallory", type: "User" } },
      changes: { old_issue: { number: 3 } },
    }),
    "an outsider's review": review("@claude", {}, by("NONE")),
    "a review of a fork": review("@claude", { head: { repo: { full_name: "mallory/app" } } }),
    "a line of a fork": lineComment("@claude", { head: { repo: { full_name: "mallory/app" } } }),
    "a line of a fork that is gone": lineComment("@claude", { head: { repo: null } }),
    "a bot": comment("@claude", by("MEMBER"), { sender: dependabot }),
    "a pull request with the phrase": pullRequest({ title: "@claude", body: "@claude" }),
    "a merge group": run("merge_group", { merge_group: { head_ref: "refs/heads/gh-readonly-queue/main/pr-5-0" } }),
  },
};

/** Pull requests whose every run is skipped: there is none that their group could cancel. */
const neverReviewed = ["a fork", "a fork that is gone", "Dependabot's pull request, reopened by a person"];

describe("review", () => {
  const { review: job } = yamlOf(both).jobs;

  it.each(Object.entries(started.review))("starts for %s", (_, event) => {
    expect(isTrue(job?.if, { github: event })).toBe(true);
    expect(groupOf(job, { github: event })).toBe("claude-review-5");
  });

  // A group of its own: a run that is skipped must not cancel or replace one that works.
  it.each(Object.entries(skipped.review))("is skipped for %s", (name, event) => {
    expect(isTrue(job?.if, { github: event })).toBe(false);
    if (!neverReviewed.includes(name)) expect(groupOf(job, { github: event })).toBe("claude-review-77");
  });

  it("cancels an older one", () => {
    expect(job?.concurrency?.["cancel-in-progress"]).toBe(true);
  });
});

describe("another phrase", () => {
  const { access, mention } = yamlOf({ ...both, triggerPhrase: "/ask claude" }).jobs;

  it.each<[string, Run, boolean]>([
    ["in a comment, whatever its case", comment("so: /Ask Claude, why?"), true],
    ["in an issue's title", issue("/ask claude", null), true],
    ["the default one", comment("@claude"), false],
    ["a part of it", comment("/ask"), false],
  ])("%s", (_, event, want) => {
    expect(isTrue(access?.if, { github: event })).toBe(want);
  });

  it("is given to the Claude action and to the script, and is no part of it", () => {
    const claude = mention?.steps.find(({ id }) => id === "claude");
    expect(claude?.with).toMatchObject({ trigger_phrase: "/ask claude" });
    for (const job of [access, mention]) {
      const step = job?.steps.find(({ id }) => id === "access");
      expect(step?.env).toEqual({ ALLOW_FORKS: "false", TRIGGER_PHRASE: "/ask claude" });
      expect(step?.with?.script).not.toContain("/ask claude");
    }
  });

  it("is not named where it is the action's own", () => {
    const { mention: job } = yamlOf({ ...both, triggerPhrase: "@claude" }).jobs;
    expect(job?.steps.find(({ id }) => id === "claude")?.with).not.toHaveProperty("trigger_phrase");
    expect(yamlOf({ ...both, triggerPhrase: "@claude" })).toEqual(yamlOf(both));
  });
});

describe("mention", () => {
  const { access, mention: job } = yamlOf(both).jobs;
  const decided = (granted: string, github: Run) => ({ github, needs: { access: { outputs: { granted } } } });

  it.each(Object.entries(started.mention))("is looked at for %s", (_, event) => {
    expect(isTrue(access?.if, { github: event })).toBe(true);
    const { pull_request, issue } = event.event as Record<string, { number: number } | undefined>;
    expect(isTrue(job?.if, decided("true", event))).toBe(true);
    expect(groupOf(job, decided("true", event))).toBe(`claude-mention-${pull_request?.number ?? issue?.number}`);
  });

  it.each(Object.entries(skipped.mention))("is skipped for %s", (_, event) => {
    expect(isTrue(access?.if, { github: event })).toBe(false);
  });

  // Whoever may not ask takes nobody's place among the runs that wait.
  it.each(Object.entries(started.mention))(
    "is skipped, in a group of its own, without write access: %s",
    (_, event) => {
      for (const granted of ["", "false"]) {
        expect(isTrue(job?.if, decided(granted, event))).toBe(false);
        expect(groupOf(job, decided(granted, event))).toBe("claude-mention-77");
      }
    },
  );

  it("is looked at without waiting for others, and without the rights of the answer", () => {
    expect(access).not.toHaveProperty("concurrency");
    expect(access?.permissions).toEqual({ contents: "read", "pull-requests": "write" });
    expect(access).not.toHaveProperty("environment");
    expect(job?.concurrency?.["cancel-in-progress"]).toBe(false);
  });
});

function groupOf(job: JobYaml | undefined, contexts: Contexts): string | undefined {
  return job?.concurrency?.group.replace(/\$\{\{(.*)}}/, (_, expression: string) =>
    evaluate(expression, contexts).coerceString(),
  );
}
