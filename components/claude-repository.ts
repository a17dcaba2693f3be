import * as pulumi from "@pulumi/pulumi";
import { claudeRepositoryType } from "../core/resource-types.ts";
import { type ClaudeRepositoryArgs, completeArguments } from "./repository-arguments.ts";
import { checkOwnerOf } from "./repository-facts.ts";
import { createResources, type RepositoryResources } from "./repository-resources.ts";
import type { WorkflowFile } from "./workflow-file.ts";

export type { CentralCall, ClaudeRepositoryArgs } from "./repository-arguments.ts";

/**
 * Claude Code in the pull requests of one repository, through Aperture: the runners' identity, the repository secrets that
 * hold it, and the workflow file, so ordered that the workflow finds a working set at any moment.
 *
 * Throws pulumi.RunError with every missing or wrong argument.
 */
export class ClaudeRepository extends pulumi.ComponentResource implements RepositoryResources {
  readonly credential: RepositoryResources["credential"];
  readonly workflowText: string;
  readonly workflowUrl: RepositoryResources["workflowUrl"];
  readonly workflowFile: WorkflowFile;
  readonly subject: RepositoryResources["subject"];

  constructor(name: string, args: ClaudeRepositoryArgs, options?: pulumi.ComponentResourceOptions) {
    const component = { kind: "ClaudeRepository", name };
    const complete = completeArguments(component, args);
    super(claudeRepositoryType, name, {}, options);
    checkOwnerOf(component, complete.slug, this.getProvider("github:index/actionsSecret:ActionsSecret"));
    const resources = createResources(component, complete, { parent: this });
    this.credential = resources.credential;
    this.workflowText = resources.workflowText;
    this.workflowUrl = resources.workflowUrl;
    this.workflowFile = resources.workflowFile;
    this.subject = resources.subject;
    this.registerOutputs({ workflowUrl: this.workflowUrl, subject: this.subject });
  }
}
