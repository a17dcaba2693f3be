/**
 * What a failing GitHub does to a run that delivers workflow files, row by row: one repository per row, and one run for all. All but
 * a refused credential is settled within the run, and a plain second run heals that: one commit, none twice.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asksFor, faultFor } from "../../sandbox/faults.ts";
import { fileText } from "../../sandbox/rehearsal/evidence.ts";
import { firstOf, githubFaults, workflowCommits, workflowPath } from "./faults.ts";
import { sharedStage } from "./shared-stage.ts";
import { fail, succeed } from "./support.ts";
import { idOf, workflowFileProgram } from "./workflow-file-program.ts";

const operations = ["nodes", "createCommitOnBranch"] as const;
const rows = operations.flatMap((operation) =>
  Object.entries(githubFaults).map(([how, fault]) => ({ what: `${operation}, ${how}`, operation, how, fault })),
);
const names = rows.map((_, index) => `file-${index + 1}`);
/** Those of which the run says that GitHub refuses the credential. */
const refused = names.filter((_, index) => rows[index]?.how === "401");

describe("a run in which each request of a workflow file fails once, and the next one:", () => {
  const stage = sharedStage({
    program: workflowFileProgram(names),
    repositories: names.map((name) => `acme/${name}` as const),
  });
  const met = () => stage.world.github.journal.filter(({ fault }) => fault !== undefined).length;
  const textOf = (name: string) => fileText(stage.world, `acme/${name}`, workflowPath);
  const commits = () => names.map((name) => workflowCommits(stage.world, `acme/${name}`));

  /** One file after the other, so that no request is about two rows. */
  const runWith = async (command: "up" | "destroy", only: readonly string[] = operations) => {
    const armed = rows.map((row, index) => ({ ...row, index })).filter(({ operation }) => only.includes(operation));
    const before = met();
    stage.world.github.faults.choose = firstOf(
      armed.map(({ operation, fault, index }) => {
        // A query has GitHub's id, a mutation the name.
        const mark = JSON.stringify(operation === "nodes" ? idOf(index) : `acme/${names[index]}`);
        return faultFor((request) => asksFor(operation)(request) && request.body.includes(mark), fault);
      }),
    );
    const args = ["--skip-preview", "--continue-on-error", "--parallel", "1"];
    const output = await fail(stage.project, command, ...args);
    expect(met()).toBe(before + armed.length);
    delete stage.world.github.faults.choose;
    expect(output).toContain("set GITHUB_TOKEN");
  };

  it("first up", async () => {
    await runWith("up");
    expect(names.filter((name) => textOf(name) === undefined)).toEqual(refused);
    await succeed(stage.project, "up");
    expect(commits()).toEqual(names.map(() => 1));
    await succeed(stage.project, "up", "--expect-no-changes");
  });

  it("a changed workflow", async () => {
    const { directory } = stage.project;
    writeFileSync(join(directory, "index.ts"), workflowFileProgram(names, {}, 7));
    // What is read in front of an update is one query for all.
    await runWith("up", ["createCommitOnBranch"]);
    await succeed(stage.project, "up");
    for (const name of names) expect(textOf(name)).toContain("timeout-minutes: 7");
    expect(commits()).toEqual(names.map(() => 2));
    await succeed(stage.project, "up", "--expect-no-changes");
  });

  it("destroy", async () => {
    await runWith("destroy", ["createCommitOnBranch"]);
    await succeed(stage.project, "destroy");
    expect(names.filter((name) => textOf(name) !== undefined)).toEqual([]);
    expect(commits()).toEqual(names.map(() => 3));
  });
});
