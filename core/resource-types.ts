/** Our package, and the types of its resources and components, as the engine and the state name them. */
export const packageName = "claude-aperture";

export const stackClaimType = "claude-aperture:index:StackClaim";
export const policyFragmentType = "claude-aperture:index:PolicyFragment";
export const workflowFileType = "claude-aperture:index:WorkflowFile";
/** A function: delivers files in the order in which a central workflow and its callers have to change. */
export const deliverFilesToken = "claude-aperture:index:deliverFiles";
export const tailnetAccessType = "claude-aperture:index:TailnetAccess";
export const runnerIdentityType = "claude-aperture:index:RunnerIdentity";
export const centralWorkflowType = "claude-aperture:index:CentralWorkflow";
export const claudeRepositoryType = "claude-aperture:index:ClaudeRepository";
