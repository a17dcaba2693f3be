/** Where the plugin connects to, and as whom: the environment variables of the Tailscale provider. */
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/tailscale-credentials.ts";
import type { Runtime } from "./runtime.ts";

/** Configuration of the provider (`claude-aperture:*`); each value wins over its environment variable. */
export interface ProviderSettings {
  baseUrl?: string;
  tailnet?: string;
  oauthClientId?: string;
  audience?: string;
  scopes?: string[];
  identityTokenEnvironmentVariableName?: string;
  /** The three secrets, as `file:/path` only: provider configuration stands in state. */
  apiKey?: string;
  oauthClientSecret?: string;
  identityToken?: string;
}

export type Credential =
  | { kind: "apiKey"; apiKey: string }
  | { kind: "oauth"; clientId: string; clientSecret: string; scopes: string[] }
  | { kind: "identityToken"; clientId: string; identityToken: string }
  /** An identity token for `audience` is asked of the GitHub Actions runtime. */
  | { kind: "audience"; clientId: string; audience: string };

export interface Connection {
  /** Without a trailing slash. */
  baseUrl: string;
  /** `-` is the tailnet of the credential. */
  tailnet: string;
  credential: Credential;
}

/** Credentials are missing, contradict each other or cannot be read. Names variables, holds no value. */
export class CredentialError extends Error {}

export const secretSettings = ["apiKey", "oauthClientSecret", "identityToken"] as const;

/** The environment variables that hold the values of `settings`, in order of precedence. */
export const environmentVariables = {
  baseUrl: ["TAILSCALE_BASE_URL"],
  tailnet: ["TAILSCALE_TAILNET"],
  apiKey: ["TAILSCALE_API_KEY"],
  oauthClientId: ["TAILSCALE_OAUTH_CLIENT_ID", "OAUTH_CLIENT_ID"],
  oauthClientSecret: ["TAILSCALE_OAUTH_CLIENT_SECRET", "OAUTH_CLIENT_SECRET"],
  identityToken: ["TAILSCALE_IDENTITY_TOKEN", "IDENTITY_TOKEN"],
  audience: ["TAILSCALE_AUDIENCE"],
} as const satisfies Partial<Record<keyof ProviderSettings, readonly string[]>>;

/**
 * Reads the connection anew, so that a rotated key or token file is picked up.
 * Names, precedence and conflicts are those of the Tailscale provider 0.29
 * (tailscale/terraform-provider-tailscale, tailscale/provider_framework.go and provider_sdk.go).
 * @throws {CredentialError}
 */
export function readConnection(settings: ProviderSettings, runtime: Runtime): Connection {
  const value = (name: keyof typeof environmentVariables, further: string[] = []): string => {
    const variables = [...environmentVariables[name], ...further];
    return settings[name] ?? variables.map((variable) => runtime.environment[variable]).find(Boolean) ?? "";
  };
  const credentialValue = (name: keyof typeof environmentVariables, further: string[] = []): string =>
    fromFile(value(name, further), name, runtime);

  const namedVariable = settings.identityTokenEnvironmentVariableName;
  const given = {
    apiKey: credentialValue("apiKey"),
    clientId: credentialValue("oauthClientId"),
    clientSecret: credentialValue("oauthClientSecret"),
    identityToken: credentialValue("identityToken", namedVariable ? [namedVariable] : []),
    audience: credentialValue("audience"),
  };
  return {
    baseUrl: checkBaseUrl(value("baseUrl") || "https://api.tailscale.com"),
    tailnet: value("tailnet") || "-",
    credential: chooseCredential(given, settings.scopes ?? []),
  };
}

interface Given {
  apiKey: string;
  clientId: string;
  clientSecret: string;
  identityToken: string;
  audience: string;
}

function chooseCredential(given: Given, scopes: string[]): Credential {
  const { apiKey, clientId, clientSecret, identityToken, audience } = given;
  if (apiKey) {
    const others = clientId || clientSecret || identityToken || audience;
    if (others) {
      throw new CredentialError(formatMessage(texts.twoKinds, {}));
    }
    return { kind: "apiKey", apiKey };
  }
  if (audience && (clientSecret || identityToken)) {
    throw new CredentialError(formatMessage(texts.twoProofs, {}));
  }
  if (!clientId && !clientSecret && !identityToken && !audience) {
    throw new CredentialError(formatMessage(texts.noCredentials, {}));
  }
  if (!clientId) {
    throw new CredentialError(formatMessage(texts.noClientId, {}));
  }
  if (clientSecret) return { kind: "oauth", clientId, clientSecret, scopes };
  if (identityToken) return { kind: "identityToken", clientId, identityToken };
  if (audience) return { kind: "audience", clientId, audience };
  throw new CredentialError(formatMessage(texts.noProof, {}));
}

function fromFile(value: string, name: keyof typeof environmentVariables, runtime: Runtime): string {
  if (!value.startsWith("file:")) return value;
  const path = value.slice("file:".length);
  try {
    return runtime.readFile(path).trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CredentialError(formatMessage(texts.unreadableFile, { variable: environmentVariables[name][0], reason }));
  }
}

function checkBaseUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:") || url.username || url.search || url.hash) {
    throw new CredentialError(formatMessage(texts.noAddress, { found: url ? url.origin : "not a URL" }));
  }
  // The Tailscale provider builds the token URL by appending, so with a slash it would fail where we do not.
  if (baseUrl.endsWith("/")) {
    throw new CredentialError(formatMessage(texts.trailingSlash, { url: baseUrl.replace(/\/+$/, "") }));
  }
  return baseUrl;
}
