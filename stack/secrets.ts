/** The credentials in the environment of a run, so that they can be kept out of what it prints. */
import { environmentVariables, secretSettings } from "../services/tailscale/credentials.ts";

const names = [
  ...secretSettings.flatMap((setting) => environmentVariables[setting]),
  ...["GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
  ...["PULUMI_ACCESS_TOKEN", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"],
];

/**
 * Values of the variables that hold a credential. Not a file's that one names, which is read by who uses it, and not an App's
 * private key, which has a form of its own.
 */
export function readEnvironmentCredentials(environment: Readonly<Record<string, string | undefined>>): string[] {
  return names.flatMap((name) => {
    const value = environment[name];
    return value && !value.startsWith("file:") ? [value] : [];
  });
}
