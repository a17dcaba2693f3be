/** What of a settings file of Claude Code sends its requests elsewhere. https://code.claude.com/docs/en/settings */
import { z } from "zod";

/** Files that Claude Code reads in a checkout, unless it is told not to. */
export const settingsPaths = [".claude/settings.json", ".claude/settings.local.json"] as const;

const shape = z.looseObject({ env: z.record(z.string(), z.unknown()).optional() });

/** Variables that choose another gateway, another provider or a proxy, or bring a credential; measured in test/fidelity/. */
const redirecting = [
  /^ANTHROPIC_(\w+_)?BASE_URL$/,
  /^ANTHROPIC_(API_KEY|AUTH_TOKEN|CUSTOM_HEADERS)$/,
  /^CLAUDE_CODE_USE_\w+$/,
  /^CLAUDE_CODE_OAUTH_TOKEN$/,
  /^(HTTPS?|ALL)_PROXY$/i,
];

const helpers = ["apiKeyHelper", "awsAuthRefresh", "awsCredentialExport"] as const;

/** Names of what redirects, such as `env.ANTHROPIC_BASE_URL`; none for a text that is no settings file. */
export function findRedirects(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const settings = shape.safeParse(value).data;
  if (!settings) return [];
  const names = Object.keys(settings.env ?? {}).filter((name) => redirecting.some((form) => form.test(name)));
  return [...names.map((name) => `env.${name}`), ...helpers.filter((name) => settings[name] !== undefined)];
}
