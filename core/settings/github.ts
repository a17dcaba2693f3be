/** Mistakes in the GitHub provider's configuration that others would report worse, or too late. */
import { formatMessage } from "../messages/entry.ts";
import {
  addressNotInEnvironment,
  githubConfigured,
  noOwner,
  notAnAddress,
  notAnOwner,
  plainGithubCredential,
  twoOwners,
} from "../messages/settings.ts";
import type { Problem } from "../problem.ts";
import { findNameInAddress, isOwnerName } from "../workflow/names.ts";
import { show } from "./problem.ts";

/** Where it stands: the stack's configuration, what of it is encrypted, and the environment. */
export interface GitHubSource {
  config: Record<string, string>;
  /** Whether a key's value is encrypted in the stack's file. */
  isSecret?: ((key: string) => boolean) | undefined;
  stack: string;
  environment: Record<string, string | undefined>;
}

const ownerKey = "github:owner";

/** The owner of every repository of the stack. */
export function readGithubOwner({ config, environment }: GitHubSource): { name?: string; problems: Problem[] } {
  const problem = (message: string) => ({ problems: [{ path: ownerKey, message }] });
  const configured = config[ownerKey];
  const variable = environment.GITHUB_OWNER || undefined;
  // The provider lets the environment win over its argument, so two names would be a silent change of organisation.
  if (configured && variable && configured.toLowerCase() !== variable.toLowerCase()) {
    return problem(
      formatMessage(twoOwners, { configured: show(configured).slice(1, -1), variable: show(variable).slice(1, -1) }),
    );
  }
  const name = configured || variable;
  if (!name) return problem(formatMessage(noOwner, {}));
  if (isOwnerName(name)) return { name, problems: [] };
  const meant = findNameInAddress(name)?.split("/")[0];
  return problem(
    formatMessage(notAnOwner, { value: show(name), meant: meant === undefined ? "" : `Did you mean ${meant}? ` }),
  );
}

const addressKey = "github:baseUrl";

/**
 * The address of a GitHub Enterprise Server, if one is given. In the stack it must be the environment's as well: workflow files
 * are refreshed before the program starts, by a plugin that knows the environment only.
 */
export function findBadAddress({ config, environment }: GitHubSource): Problem[] {
  const configured = config[addressKey] || undefined;
  const variable = environment.GITHUB_BASE_URL || undefined;
  const [path, value] =
    configured === undefined ? ["GITHUB_BASE_URL (environment)", variable] : [addressKey, configured];
  if (value !== undefined && !(URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)))
    return [{ path, message: formatMessage(notAnAddress, { value: show(value) }) }];
  if (configured === undefined || (variable !== undefined && address(configured) === address(variable))) return [];
  const message = formatMessage(addressNotInEnvironment, {
    value: show(configured),
    variable: variable === undefined ? "not set" : show(variable),
  });
  return [{ path: addressKey, message }];
}

function address(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, "") : url;
}

/** The keys of the GitHub provider that hold credentials, and the environment variables in place of each. */
const credentialKeys = [
  { key: "github:token", variable: "GITHUB_TOKEN", others: [], holdsOne: (value: string) => value !== "" },
  // The provider takes the key itself as `pemFile`, or its variable.
  {
    key: "github:appAuth",
    variable: "GITHUB_APP_PEM_FILE",
    others: ["GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID"],
    holdsOne: hasKey,
  },
];

/** Credentials of the GitHub provider that stand in the stack's file in clear. Their values are not repeated. */
export function findPlainCredentials({ config, isSecret, stack }: GitHubSource): Problem[] {
  return credentialKeys.flatMap(({ key, variable, holdsOne }) => {
    const value = config[key];
    if (value === undefined || isSecret?.(key) || !holdsOne(value)) return [];
    return [{ path: key, message: formatMessage(plainGithubCredential, { stack, key, variable }) }];
  });
}

/**
 * Keys of the stack in place of which the environment's variables are read: the plugin that writes workflow files gets no
 * provider configuration, and a refresh would run with credentials of the last run.
 */
export function findConfiguredCredentials(source: GitHubSource): Problem[] {
  const plain = new Set(findPlainCredentials(source).map(({ path }) => path));
  return credentialKeys
    .filter(({ key }) => source.config[key] !== undefined && !plain.has(key))
    .map(({ key, variable, others }) => {
      const variables = [...others, variable].join(", ");
      return { path: key, message: formatMessage(githubConfigured, { key, variables }) };
    });
}

/** Whether the App's settings hold its private key; ids alone are no secret. */
function hasKey(appAuth: string): boolean {
  try {
    const { pemFile } = JSON.parse(appAuth) as { pemFile?: unknown };
    return pemFile !== undefined && pemFile !== "";
  } catch {
    return appAuth !== "";
  }
}
