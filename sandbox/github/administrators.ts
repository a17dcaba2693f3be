/** What a test does in the place of somebody in a repository's settings. Each takes effect at once and asks for no permission. */
import type { Repository, Ruleset, Workflow } from "./model.ts";
import type { RulesetOptions } from "./options.ts";
import { createRuleset } from "./rulesets.ts";
import { laterThan } from "./secret-store.ts";

export function addRuleset(repository: Repository, options: RulesetOptions): Ruleset {
  const ruleset = createRuleset(options, repository.rulesets);
  repository.rulesets.push(ruleset);
  return ruleset;
}

/** Disables or enables a workflow that was on the default branch. Throws when there is none of that file name, path or id. */
export function setWorkflowDisabled(repository: Repository, name: string, isDisabled: boolean): Workflow {
  const workflow = findWorkflow(repository, name);
  if (!workflow) throw new Error(`no workflow ${name}`);
  return Object.assign(workflow, { isDisabled, updatedAt: laterThan(workflow.updatedAt) });
}

/** By id, file name or path. */
export function findWorkflow({ workflows }: Repository, name: string): Workflow | undefined {
  return workflows.find(({ id, path }) => [String(id), path, path.replace(/^.*\//, "")].includes(name));
}
