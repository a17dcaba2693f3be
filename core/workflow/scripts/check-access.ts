import type { Script } from "./script.ts";

/**
 * Whether the person who started the run may write to the repository. The Claude action asks the same, but ends red.
 * Sets the output `granted` to true or false.
 */
export async function checkAccess({ github, core, context }: Script): Promise<void> {
  const { data } = await github.rest.repos.getCollaboratorPermissionLevel({
    ...context.repo,
    username: context.actor,
  });
  // The role's base permission: "maintain" is "write" here.
  const granted = ["admin", "write"].includes(data.permission);
  core.info(`${context.actor} has write access: ${granted}`);
  core.setOutput("granted", granted);
}
