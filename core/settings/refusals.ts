/** What may not stand in a stack configuration at all. */
import { untrustedExpression } from "../workflow/expressions.ts";
import { type Problem, path } from "./problem.ts";

/** Prefixes of credentials, by what they are. */
const credentialPrefixes: [RegExp, string][] = [
  [
    /sk-ant-/,
    "an Anthropic key. Aperture holds the key; the workflow's placeholder is always a dash. Remove it, and revoke the key",
  ],
  [
    /tskey-/,
    "a Tailscale key. Credentials come from the environment (TAILSCALE_API_KEY, ...). Remove it, and revoke the key",
  ],
  [
    /\b(gh[pousr]_|github_pat_)/,
    "a GitHub token. Tokens come from the environment (GITHUB_TOKEN). Remove it, and revoke the token",
  ],
];

/** Values that look like credentials; a match is reported without its text. */
export function findCredentials(values: Record<string, unknown>): Problem[] {
  return Object.entries(values).flatMap(([key, value]) =>
    strings(value, [key]).flatMap(({ place, text }) =>
      credentialPrefixes
        .filter(([pattern]) => pattern.test(text))
        .map(([, what]) => ({ path: path(place), message: `The value looks like ${what}.` })),
    ),
  );
}

/** The environment variables of the Tailscale provider, by configuration key. */
const tailscaleVariables: Record<string, string> = {
  apiKey: "TAILSCALE_API_KEY",
  audience: "TAILSCALE_AUDIENCE",
  baseUrl: "TAILSCALE_BASE_URL",
  identityToken: "TAILSCALE_IDENTITY_TOKEN",
  oauthClientId: "TAILSCALE_OAUTH_CLIENT_ID",
  oauthClientSecret: "TAILSCALE_OAUTH_CLIENT_SECRET",
  tailnet: "TAILSCALE_TAILNET",
};

/**
 * `tailscale:` keys are refused: the policy plugin reads the environment only, so provider and plugin could speak to two
 * tailnets; and credentials would stand in the state, where a rotated key breaks the refresh (pulumi-tailscale#84).
 */
export function findTailscaleConfiguration(config: Record<string, string>): Problem[] {
  return Object.keys(config)
    .filter((key) => key.startsWith("tailscale:"))
    .map((key) => {
      const variable = tailscaleVariables[key.slice("tailscale:".length)];
      const instead = variable
        ? `Set the environment variable ${variable} instead`
        : "Use the provider's environment variables instead";
      return {
        path: key,
        message: `Tailscale is configured by the environment only. ${instead}, and run: pulumi config rm ${key}`,
      };
    });
}

/** `${{ }}` expressions with text that an outsider controls, in any value. */
export function findUntrustedExpressions(values: Record<string, unknown>): Problem[] {
  return Object.entries(values).flatMap(([key, value]) =>
    strings(value, [key]).flatMap(({ place, text }) => {
      const expression = untrustedExpression(text);
      if (expression === undefined) return [];
      const message = `"${expression}" is text that an outsider controls: a prompt or script injection. Remove it; Claude reads the pull request itself.`;
      return [{ path: path(place), message }];
    }),
  );
}

function strings(value: unknown, place: PropertyKey[]): { place: PropertyKey[]; text: string }[] {
  if (typeof value === "string") return [{ place, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => strings(item, [...place, index]));
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([key, item]) => strings(item, [...place, key]));
  }
  return [];
}
