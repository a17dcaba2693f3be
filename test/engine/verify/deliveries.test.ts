/** What `npm run verify` says of a workflow file by each delivery: on its way, refused, merged, changed again, and committed by people. */
import { beforeAll, describe, expect, it } from "vitest";
import { closePull, mergePull, pushCommit, type Repository } from "../../../sandbox/github/index.ts";
import { claudeAperture } from "../inline-claude-aperture.ts";
import { sharedStage } from "../shared-stage.ts";
import { succeed } from "../support.ts";
import { type Verified, verifyIn } from "./verified.ts";

const path = ".github/workflows/claude.yml";
const byPull = { kind: "pull-request" };
const central = { kind: "central", by: "pull-request" };

const stage = sharedStage({
  inline: claudeAperture,
  repositories: [
    ...["waiting", "closed", "merged", "pushed", "central", "output"].map((name) => `acme/${name}` as const),
    { name: "acme/.github", actionsAccess: "organization" },
  ],
  config: {
    "github:owner": "acme",
    "claude-aperture:aperture": { device: "tag:aperture" },
    "claude-aperture:repositories": [
      ...["waiting", "closed", "merged", "pushed"].map((name) => ({ name, delivery: byPull })),
      { name: "central", delivery: central },
      { name: "output", delivery: { kind: "output" } },
    ],
  },
});

const repository = (name: string): Repository => stage.world.github.state.repository(`acme/${name}`);

const look = (): Promise<Verified> => verifyIn(stage.project, "--stack", "test");

/** What is neither ok nor skipped in a repository: `id: reason -> fix`. */
function listOpen({ checks }: Verified, name: string): string[] {
  const open = checks.filter((one) => one.repository === `acme/${name}` && !["ok", "skipped"].includes(one.status));
  return open.map(({ id, status, reason, fix }) => {
    const mend =
      fix?.kind === "link"
        ? fix.url.replace(stage.world.github.url, "")
        : fix?.kind === "command"
          ? fix.command
          : fix?.text;
    return `${id} (${status}): ${reason} -> ${mend}`;
  });
}

beforeAll(async () => {
  await succeed(stage.project, "up");
});

describe("before anybody has merged anything", () => {
  let verified: Verified;
  beforeAll(async () => {
    closePull(repository("closed").pulls[0] as never);
    pushCommit(repository("pushed"), "claude-aperture/claude-aperture-test/claude.yml", { [path]: "on: push\n" });
    verified = await look();
  });

  it("a pull request waits", () => {
    expect(listOpen(verified, "waiting")).toEqual([
      "workflow-there (unknown): Pull request #1 waits to be merged. -> /acme/waiting/pull/1",
    ]);
  });

  it("one to which others have pushed is said to bring another text", () => {
    expect(listOpen(verified, "pushed")).toEqual([
      "workflow-there (unknown): Pull request #1 waits to be merged, with another text than this stack has proposed. -> /acme/pushed/pull/1",
    ]);
  });

  it("one that was closed says no", () => {
    expect(listOpen(verified, "closed")).toEqual([
      "workflow-there (broken): Pull request #1 was closed and not merged. -> /acme/closed/pull/1",
    ]);
  });

  it("a caller waits for its central workflow", () => {
    expect(listOpen(verified, "central")).toEqual([
      "repository-set-up (unknown): It comes when pull request #1, with its central workflow, is merged and `pulumi up` has run again. -> /acme/.github/pull/1",
    ]);
  });

  it("a file that people are to commit is missing", () => {
    expect(listOpen(verified, "output")).toEqual([
      `workflow-there (broken): ${path} is not on the default branch. -> Commit the stack output workflows to ${path}: delivery is output.`,
    ]);
  });

  it("is counted", () => {
    expect(verified.answer).toBe("6 repositories: 0 work, 2 broken, 4 wait for a merge or a first run");
    expect(verified.exitCode).toBe(1);
  });
});

describe("when all is merged and committed", () => {
  beforeAll(async () => {
    const { project } = stage;
    for (const name of ["waiting", "merged", ".github"]) mergePull(repository(name), 1);
    project.configure((config) => {
      const repositories = config["claude-aperture:repositories"] as { name: string; delivery: object }[];
      for (const one of repositories) if (one.name === "closed") one.delivery = { ...byPull, reopen: true };
    });
    await succeed(project, "up");
    mergePull(repository("closed"), 2);
    await commitOutput();
  });

  async function commitOutput(): Promise<void> {
    const { output } = await stage.project.pulumi("stack", "output", "--json");
    const { workflows } = JSON.parse(output) as { workflows: Record<string, string | Record<string, string>> };
    const text = workflows["acme/output"];
    const files = typeof text === "string" ? { [path]: text } : (text ?? {});
    const author = { name: "Alice", email: "alice@example.com", date: "2026-11-26T00:00:00Z" };
    repository("output").git.commit("main", { files, message: "Add Claude Code", author });
  }

  it("everything works as far as it can without a run", async () => {
    const verified = await look();
    for (const name of ["waiting", "closed", "merged", "central", "output"])
      expect(listOpen(verified, name).filter((line) => !line.startsWith("workflow-has-run "))).toEqual([]);
    expect(verified.exitCode).toBe(0);
  });

  it("a public repository cannot call a workflow that is not public", async () => {
    repository("central").visibility = "public";
    expect(listOpen(await look(), "central").filter((line) => !line.startsWith("workflow-has-run "))).toEqual([
      "central-callable (broken): acme/.github is not public, and no public repository may call its workflows. -> Make the central repository public, or give public repositories another delivery.",
    ]);
    repository("central").visibility = "private";
  });

  it("a text that changes waits for its pull request, and the file is said to be an older one", async () => {
    stage.project.configure((config) => {
      const repositories = config["claude-aperture:repositories"] as { name: string; workflow?: object }[];
      for (const one of repositories) if (one.name === "merged") one.workflow = { timeoutMinutes: 20 };
    });
    expect(listOpen(await look(), "merged")).toContain(
      "workflow-current (broken): The settings ask for another text than the last `pulumi up` delivered. -> pulumi up --stack test",
    );
    await succeed(stage.project, "up");
    expect(listOpen(await look(), "merged").filter((line) => !line.startsWith("workflow-has-run "))).toEqual([
      "workflow-as-delivered (unknown): Pull request #2 waits to be merged. -> /acme/merged/pull/2",
    ]);
  });
});
