/** What may not stand in a stack configuration at all. */
import { formatMessage } from "../messages/entry.ts";
import {
  looksLikeCredential,
  openExpression,
  outsidersExpression,
  secretsExpression,
  tailscaleConfigured,
} from "../messages/settings.ts";
import type { Problem } from "../problem.ts";
import { findSecretExpression, findUntrustedExpression, hasUnclosedExpression } from "../workflow/expressions.ts";
import { namespace, path, show } from "./problem.ts";

/** Beginnings of credentials, by what they are, with a few characters more: a prompt may speak of `tskey-` keys. */
const credentialPrefixes: [RegExp, string][] = [
  [
    /sk-ant-[\w-]{6}/,
    "an Anthropic key. Aperture holds the key; the workflow's placeholder is always a dash. Remove it, and revoke the key",
  ],
  [
    /tskey-[\w-]{6}/,
    "a Tailscale key. Credentials come from the environment (TAILSCALE_API_KEY, ...). Remove it, and revoke the key",
  ],
  [
    /\b(gh[a-z]_|github_pat_)\w{6}/,
    "a GitHub token. Tokens come from the environment (GITHUB_TOKEN). Remove it, and revoke the token",
  ],
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
    "a private key. Keys come from the environment. Remove it, and make a new one",
  ],
];

/**
 * Values that look like credentials; a match is reported without its text. Of ours any, of other namespaces those that stand
 * in the file in clear.
 */
export function findCredentials(
  ours: Record<string, unknown>,
  config: Record<string, string>,
  isSecret: (key: string) => boolean,
): Problem[] {
  const others = Object.entries(config).filter(([key]) => !key.startsWith(`${namespace}:`) && !isSecret(key));
  const texts = [
    ...texted(ours).map(({ place, text }) => ({ path: path(place), text })),
    ...others.map(([path, text]) => ({ path, text })),
  ];
  return texts.flatMap(({ path, text }) =>
    credentialPrefixes
      .filter(([pattern]) => pattern.test(text))
      .map(([, what]) => ({ path, message: formatMessage(looksLikeCredential, { what }) })),
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
      return { path: key, message: formatMessage(tailscaleConfigured, { instead, key }) };
    });
}

/** `${{ }}` expressions that hold a secret or text of an outsider, in any value, and those that nobody closed. */
export function findExpressions(values: Record<string, unknown>, pathOf = path): Problem[] {
  return texted(values).flatMap(({ place, text }) => {
    const message = wrongExpression(text);
    return message === undefined ? [] : [{ path: pathOf(place), message }];
  });
}

function wrongExpression(text: string): string | undefined {
  const secret = findSecretExpression(text);
  if (secret !== undefined) return formatMessage(secretsExpression, { expression: show(secret).slice(1, -1) });
  const outsiders = findUntrustedExpression(text);
  if (outsiders !== undefined) return formatMessage(outsidersExpression, { expression: show(outsiders).slice(1, -1) });
  return hasUnclosedExpression(text) ? formatMessage(openExpression, {}) : undefined;
}

function texted(values: Record<string, unknown>) {
  return Object.entries(values).flatMap(([key, value]) => strings(value, [key]));
}

function strings(value: unknown, place: PropertyKey[]): { place: PropertyKey[]; text: string }[] {
  if (typeof value === "string") return [{ place, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => strings(item, [...place, index]));
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([key, item]) => strings(item, [...place, key]));
  }
  return [];
}
