/** What every stage of these tests ends with: no secret that was in play is anywhere. */
import type { Project } from "../../sandbox/project.ts";
import { sweep } from "../../sandbox/secrecy/sweep.ts";
import type { World } from "../../sandbox/world.ts";

/** Credentials that a person may have in the shell from which tests are started, and one that nobody has heard of. */
const names = [
  ...["TAILSCALE_API_KEY", "TAILSCALE_OAUTH_CLIENT_SECRET", "TAILSCALE_IDENTITY_TOKEN", "OAUTH_CLIENT_SECRET"],
  ...["IDENTITY_TOKEN", "TS_AUTHKEY", "GITHUB_TOKEN", "GH_TOKEN", "GITHUB_APP_PEM_FILE"],
  ...["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"],
  ...["ANTHROPIC_API_KEY", "AWS_SECRET_ACCESS_KEY", "NPM_TOKEN", "COMPANY_DEPLOY_PASSWORD"],
];

/** Values that the caller's environment has in these tests, by variable; no child may get one. */
const canaries = names.map((name) => ({ name: `the caller's ${name}`, value: `canary-of-${name}-in-the-shell` }));

/** Puts the canaries in this process, over what a person really has there. */
export function plantCanaries(): void {
  for (const [index, { value }] of canaries.entries()) process.env[names[index] as string] = value;
}

/** Throws for each leak that was not in `known`, and adds it there. */
export async function expectNoLeak(
  world: World,
  projects: readonly Project[],
  known = new Set<string>(),
): Promise<void> {
  const leaks = (await sweep(world, projects, canaries)).filter((leak) => !known.has(leak));
  for (const leak of leaks) known.add(leak);
  if (leaks.length > 0) throw new Error(`secrets in clear or encoded:\n${leaks.join("\n")}`);
}
