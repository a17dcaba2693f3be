/** What the action asks of a key: that there is something (its base-action/src/validate-env.ts). */
export function findKeyProblem(
  env: Readonly<Record<string, string | undefined>>,
  apiKey: string,
  oauthToken: string,
): string | undefined {
  const isFederated = env.ANTHROPIC_FEDERATION_RULE_ID && env.ANTHROPIC_ORGANIZATION_ID;
  if (apiKey || env.ANTHROPIC_API_KEY || oauthToken || env.CLAUDE_CODE_OAUTH_TOKEN || isFederated) return undefined;
  return [
    "Environment variable validation failed:",
    "  - Either ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN, or workload identity federation (ANTHROPIC_FEDERATION_RULE_ID and ANTHROPIC_ORGANIZATION_ID) is required when using direct Anthropic API.",
  ].join("\n");
}
