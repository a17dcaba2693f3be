/** A program of nothing but workflow files, for runs in which only those are of interest: no secret costs a second of waiting. */
import { nodeId } from "../../sandbox/github/accounts.ts";
import { workflowPath } from "./faults.ts";

const component = JSON.stringify(new URL("../../components/workflow-file.ts", import.meta.url).pathname);

/** As the stand-in counts the repositories that it is started with. */
export const idOf = (index: number) => nodeId("R", 1_300_000_001 + index);

/** One file for each repository `acme/NAME`, in the order in which the world has them; `ids` over its node ids. */
export function workflowFileProgram(names: readonly string[], ids: Record<string, string> = {}, timeoutMinutes = 5) {
  const repositories = names.map((name, index) => [name, ids[name] ?? idOf(index)]);
  return `import { WorkflowFile } from ${component};
for (const [name, repositoryId] of ${JSON.stringify(repositories)}) {
  new WorkflowFile(name, {
    role: "standalone", repository: "acme/" + name, repositoryId, path: ${JSON.stringify(workflowPath)}, owner: "acme/test",
    presets: ["review"], identity: "federated", tag: "tag:ci", hostname: "ai", runsOn: "ubuntu-latest",
    timeoutMinutes: ${timeoutMinutes}, delivery: { kind: "commit" },
  });
}
`;
}
