/** What a run says of a workflow file that cannot be delivered: in a few lines, once, and without a credential. */
import { beforeAll, describe, expect, it } from "vitest";
import { formatMessage } from "../../core/messages/entry.ts";
import { foreignFile } from "../../core/messages/repositories.ts";
import * as texts from "../../core/messages/workflow-file.ts";
import { asksFor } from "../../sandbox/faults.ts";
import { nodeId } from "../../sandbox/github/accounts.ts";
import type { RepositoryOptions } from "../../sandbox/github/index.ts";
import { blocks, expectReadable, secretsOf } from "./diagnostics.ts";
import { workflowPath as path } from "./faults.ts";
import { sharedStage } from "./shared-stage.ts";
import { fail } from "./support.ts";
import { workflowFileProgram } from "./workflow-file-program.ts";

interface Row {
  name: string;
  options?: Omit<RepositoryOptions, "name">;
  /** What the run has to say. */
  says: string;
}

const refused = (name: string, said: string) =>
  formatMessage(texts.commitRefused, { branch: "main", repository: `acme/${name}`, said });

const rows: Row[] = [
  {
    name: "protected",
    options: { protection: { requiredReviews: 1, enforceAdmins: true } },
    says: refused("protected", "Protected branch update failed for refs/heads/main.").split(" update failed")[0] ?? "",
  },
  {
    name: "archived",
    options: { archived: true },
    says: formatMessage(texts.cannotBeWritten, { repository: "acme/archived", reason: "is archived" }),
  },
  {
    name: "foreign",
    options: { files: { [path]: "on: push\n" } },
    says: formatMessage(foreignFile, { path }),
  },
  {
    name: "unanswered",
    says: formatMessage(texts.commitLost, { path, repository: "acme/unanswered", said: "" }).split(": ")[0] ?? "",
  },
  { name: "gone", says: formatMessage(texts.repositoryUnseen, { repository: "acme/gone" }) },
];

describe("a workflow file", () => {
  const stage = sharedStage({
    program: workflowFileProgram(
      rows.map(({ name }) => name),
      // None of it has this one.
      { gone: nodeId("R", 1) },
    ),
    repositories: rows.map(({ name, options }) => ({ name: `acme/${name}` as const, ...options })),
  });
  let output = "";
  beforeAll(async () => {
    const { world, project } = stage;
    world.github.faults.choose = (request) =>
      asksFor("createCommitOnBranch")(request) && request.body.includes('"acme/unanswered"')
        ? { kind: "text", status: 200, text: "<html>Sign in</html>", type: "text/html" }
        : undefined;
    output = await fail(project, "up", "--skip-preview", "--continue-on-error", "--parallel", "1");
  });

  it.each(rows)("$name", ({ name, says }) => {
    const own = blocks(output).get(name) ?? [];
    const read = own.map((line) => line.trim()).join("\n");
    for (const line of says.split("\n")) expect(read).toContain(line.trim());
    expectReadable(own, secretsOf(stage.world));
  });
});
