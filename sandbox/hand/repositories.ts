/** What owners and administrators of a repository do in its settings. */
import { addRuleset, findWorkflow, type Repository, setWorkflowDisabled, slug } from "../github/index.ts";
import { command, flag, numberOption, oneOf, option, word } from "./command.ts";
import { changeableRepository, repositoryOf } from "./find.ts";

const repository = word("OWNER/NAME");

export const repositoryCommands = [
  command({
    name: "archive",
    does: "archives a repository, which is read-only from then on",
    example: "archive acme/app",
    takes: { repository },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      found.archived = true;
      return `${slug(found)} is archived: it is read-only now.`;
    },
  }),
  command({
    name: "unarchive",
    does: "takes a repository out of the archive",
    example: "unarchive acme/app",
    takes: { repository },
    perform({ github }, given) {
      const found = repositoryOf(github, given.repository);
      if (!found.archived) throw new Error(`${slug(found)} is not archived.`);
      found.archived = false;
      return `${slug(found)} is no longer archived.`;
    },
  }),
  command({
    name: "rename",
    does: "renames a repository; the old name leads to it",
    example: "rename acme/app application",
    takes: { repository, name: word("NAME") },
    perform({ github }, given) {
      const from = slug(repositoryOf(github, given.repository));
      if (given.name.includes("/")) throw new Error(`A name has no slash: to give it another owner, transfer ${from}.`);
      const renamed = github.state.rename(from, `${from.slice(0, from.indexOf("/"))}/${given.name}`);
      return `${from} is ${slug(renamed)} now; its id stays ${renamed.id}.`;
    },
  }),
  command({
    name: "transfer",
    does: "gives a repository to another owner; the old name leads to it",
    example: "transfer acme/app umbrella",
    takes: { repository, owner: word("OWNER") },
    perform({ github }, given) {
      const from = slug(repositoryOf(github, given.repository));
      if (given.owner.includes("/")) throw new Error(`An owner has no slash: ${given.owner}`);
      const transferred = github.state.rename(from, `${given.owner}/${from.slice(from.indexOf("/") + 1)}`);
      return `${from} is ${slug(transferred)} now; its id stays ${transferred.id}.`;
    },
  }),
  command({
    name: "delete",
    does: "deletes a repository with all that is in it",
    example: "delete acme/app",
    takes: { repository },
    perform({ github }, given) {
      const name = slug(repositoryOf(github, given.repository));
      github.state.delete(name);
      return `${name} is deleted.`;
    },
  }),
  command({
    name: "protect",
    does: "protects the default branch by reviews (default 1), by a status check, or both",
    example: "protect acme/app --reviews 2 --enforce-admins",
    takes: { repository, reviews: numberOption("COUNT"), check: option("NAME"), enforceAdmins: flag() },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const requiredReviews = given.reviews ?? (given.check === undefined ? 1 : 0);
      found.protection = {
        requiredReviews,
        requiredStatusChecks: given.check === undefined ? [] : [given.check],
        enforceAdmins: given.enforceAdmins,
      };
      const needs = [
        ...(requiredReviews > 0 ? [`${requiredReviews} approving review${requiredReviews === 1 ? "" : "s"}`] : []),
        ...(given.check === undefined ? [] : [`the check "${given.check}"`]),
      ];
      const whom = given.enforceAdmins ? "administrators too" : "administrators excepted";
      return `${branchOf(found)} is protected, ${whom}: a change needs ${needs.join(" and ") || "nothing"}.`;
    },
  }),
  command({
    name: "unprotect",
    does: "takes classic protection and rulesets off a repository",
    example: "unprotect acme/app",
    takes: { repository },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const count = found.rulesets.length + (found.protection ? 1 : 0);
      if (count === 0) throw new Error(`${slug(found)} has neither protection nor rulesets.`);
      found.protection = undefined;
      found.rulesets = [];
      return `${branchOf(found)} takes commits again.`;
    },
  }),
  command({
    name: "ruleset",
    does: "closes the default branch for all but pull requests, with reviews (default 1)",
    example: "ruleset acme/app main-is-closed --reviews 0",
    takes: { repository, name: word("NAME"), reviews: numberOption("COUNT"), organization: flag() },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const { id, source } = addRuleset(found, {
        name: given.name,
        source: given.organization ? "Organization" : "Repository",
        rules: [{ type: "pull_request", requiredReviews: given.reviews ?? 1 }],
      });
      const whose = source === "Repository" ? "its" : "its organization's";
      return `${branchOf(found)} takes changes by pull request only: ${whose} ruleset ${id}, "${given.name}".`;
    },
  }),
  command({
    name: "disable-workflow",
    does: "disables a workflow of the default branch",
    example: "disable-workflow acme/app claude.yml",
    takes: { repository, workflow: word("FILE") },
    perform: ({ github }, given) =>
      switchWorkflow(changeableRepository(github, given.repository), given.workflow, true),
  }),
  command({
    name: "enable-workflow",
    does: "enables it again",
    example: "enable-workflow acme/app claude.yml",
    takes: { repository, workflow: word("FILE") },
    perform: ({ github }, given) =>
      switchWorkflow(changeableRepository(github, given.repository), given.workflow, false),
  }),
  command({
    name: "actions",
    does: "switches Actions, or allows only actions of its owner, or selected ones",
    example: "actions acme/app off",
    takes: { repository, allowed: oneOf("off", "on", "local", "selected") },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      found.actions.enabled = given.allowed !== "off";
      const allowed = { on: "all", local: "local_only", selected: "selected" } as const;
      if (given.allowed in allowed) found.actions.allowedActions = allowed[given.allowed as keyof typeof allowed];
      const says = {
        off: "Actions are off",
        on: "Actions are on, and all actions are allowed",
        local: "only actions of its owner are allowed",
        selected: "only selected actions are allowed",
      };
      return `${slug(found)}: ${says[given.allowed as keyof typeof says]}.`;
    },
  }),
  command({
    name: "write-secret",
    does: "gives a repository's secret another value",
    example: "write-secret acme/app TS_AUDIENCE made-up-audience",
    takes: { repository, secret: word("SECRET"), value: word("VALUE") },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const outcome = found.secrets.set(given.secret, given.value);
      const { name, updatedAt } = found.secrets.get(given.secret) ?? { name: given.secret, updatedAt: "" };
      return `Secret ${name} of ${slug(found)} is ${outcome}, with the date ${updatedAt}.`;
    },
  }),
  command({
    name: "delete-secret",
    does: "deletes a repository's secret",
    example: "delete-secret acme/app TS_AUDIENCE",
    takes: { repository, secret: word("SECRET") },
    perform({ github }, given) {
      const found = changeableRepository(github, given.repository);
      const names = [...found.secrets.metadata.keys()];
      if (!found.secrets.delete(given.secret)) {
        throw new Error(`${slug(found)} has no secret ${given.secret}. Its secrets: ${names.join(", ") || "none"}.`);
      }
      return `Secret ${given.secret.toUpperCase()} of ${slug(found)} is deleted.`;
    },
  }),
];

function switchWorkflow(found: Repository, name: string, isDisabled: boolean): string {
  const known = found.workflows.map(({ path }) => path);
  if (!findWorkflow(found, name)) {
    throw new Error(`${slug(found)} has no workflow ${name}. Its workflows: ${known.join(", ") || "none"}.`);
  }
  const { path } = setWorkflowDisabled(found, name, isDisabled);
  return `${path} of ${slug(found)} is ${isDisabled ? "disabled: its events start nothing" : "enabled"}.`;
}

const branchOf = (found: Repository): string => `Branch ${found.defaultBranch} of ${slug(found)}`;
