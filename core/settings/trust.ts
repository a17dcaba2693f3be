/** Commands that run what a pull request brings: refused unless the settings trust that code, and else worth a warning. */
import { formatMessage } from "../messages/entry.ts";
import { codeTrusted } from "../messages/workflow-settings.ts";
import type { Problem } from "../problem.ts";
import { findUntrustedCommand } from "../workflow/task.ts";
import { describeCredential, listCommands } from "../workflow/tool-rules.ts";
import { path } from "./problem.ts";
import type { SettingsInput } from "./schema.ts";
import type { Settings } from "./settings.ts";

/** Each list of tools that is not trusted somewhere, where it is written, and not once more for all that inherit it. */
export function findUntrustedCommands(input: SettingsInput, { repositories }: Settings): Problem[] {
  const found = repositories.flatMap(({ workflow }, index) => {
    const message = findUntrustedCommand(workflow);
    if (message === undefined) return [];
    const entry = input.repositories[index];
    const isOwn = typeof entry === "object" && entry.workflow?.allowedTools !== undefined;
    return [{ path: path([...(isOwn ? ["repositories", index] : []), "workflow", "allowedTools"]), message }];
  });
  return [...new Map(found.map((problem) => [problem.path, problem])).values()];
}

/** The first repository of each tag: what its code can take is the same for all of them. */
export function findTrustedCode({ repositories }: Settings): Problem[] {
  const first = new Map<string, Problem>();
  repositories.forEach(({ slug, identity, tag, workflow }, index) => {
    const [command] = workflow.trustPullRequestCode ? listCommands(workflow.allowedTools) : [];
    if (command === undefined || first.has(tag)) return;
    const credential = describeCredential(identity.kind, tag);
    first.set(tag, {
      path: path(["repositories", index, "workflow", "trustPullRequestCode"]),
      message: formatMessage(codeTrusted, { repository: slug, command, credential }),
    });
  });
  return [...first.values()];
}
