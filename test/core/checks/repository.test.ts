import { describe, expect, it } from "vitest";
import type { RepositoryFacts } from "../../../core/checks/facts.ts";
import { judge } from "../../../core/checks/judge.ts";
import { repositoryRows } from "../../../core/checks/rows/repository.ts";
import type { WorkflowRun } from "../../../core/checks/run-facts.ts";

const run = (conclusion: string): WorkflowRun => ({
  ...{ id: 1, number: 1, url: "https://github.com/acme/app/actions/runs/1", event: "pull_request" },
  ...{ status: "completed", headSha: "a".repeat(40), startedAt: 0, conclusion },
});

function look(actions: unknown, runs: readonly WorkflowRun[]): Record<string, string> {
  const facts = {
    stack: { stack: "prod", settings: { onUnavailable: "fail" } },
    settings: { slug: "acme/app", workflow: { actions: {} } },
    github: { slug: "acme/app", url: "https://github.com/acme/app", archived: false, disabled: false },
    actions,
    runs,
  } as unknown as RepositoryFacts;
  const results = judge(repositoryRows, {} as RepositoryFacts["stack"], [facts]);
  return Object.fromEntries(results.map(({ id, verdict }) => [id, verdict.status]));
}

const refused = { unread: "GitHub does not show it", refused: true };

describe("Actions of a repository", () => {
  it.each([
    ["are said to be on by a green run", refused, [run("success")], "ok", "ok"],
    ["cannot be told where there is none", refused, [], "unknown", "skipped"],
    ["cannot be told by a red run", refused, [run("failure")], "unknown", "skipped"],
    ["nor by one that was skipped", refused, [run("skipped")], "unknown", "skipped"],
    ["are off, whatever an earlier run shows", { kind: "off" }, [run("success")], "broken", "skipped"],
    [
      "may be of verified creators, as a green run shows",
      { kind: "selected", githubOwned: true, verified: true, patterns: [] },
      [run("success")],
      "ok",
      "ok",
    ],
    [
      "may be of verified creators, which is for GitHub to say",
      { kind: "selected", githubOwned: true, verified: true, patterns: [] },
      [],
      "ok",
      "unknown",
    ],
  ] as const)("%s", (_, actions, runs, on, allowed) => {
    expect(look(actions, runs)).toMatchObject({ "repository-actions": on, "repository-allowed-actions": allowed });
  });
});
