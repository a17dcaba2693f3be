/**
 * The components, for other Pulumi programs: a `StackClaim`, `TailnetAccess` once per tailnet and stack with `dependsOn` the
 * claim, then a `ClaudeRepository` for each repository, with `dependsOn` the access, because a tag must exist before a credential
 * can have it. The claim may be left out; then interrupted runs are not cleaned up, and nothing tells two stacks of one name apart.
 *
 * The program's Pulumi.yaml has to name the provider of `PolicyFragment` and `WorkflowFile`:
 * `plugins: { providers: [{ name: claude-aperture, path: <this repository>/provider }] }`.
 *
 * Importing them changes nothing else in the process. What this program changes for itself, others ask for: `redactLog`
 * (docs/security.md), and `delete Error.prepareStackTrace` (docs/large-stacks.md).
 */
export { CentralWorkflow, type CentralWorkflowArgs } from "./central-workflow.ts";
export { ClaudeRepository, type ClaudeRepositoryArgs } from "./claude-repository.ts";
export { PolicyFragment, type PolicyFragmentArgs, type TagAccessArgs } from "./policy-fragment.ts";
export { redactLog } from "./redact-log.ts";
export type { KnownRepository } from "./repository-facts.ts";
export { type RunnerCredential, RunnerIdentity, type RunnerIdentityArgs } from "./runner-identity.ts";
export { StackClaim, type StackClaimArgs } from "./stack-claim.ts";
export { TailnetAccess, type TailnetAccessArgs } from "./tailnet-access.ts";
export type { Transform } from "./transform.ts";
export { WorkflowFile, type WorkflowFileArgs } from "./workflow-file.ts";
export { WorkflowGate } from "./workflow-gate.ts";
