/** Mistakes in the GitHub provider's configuration that others would report worse, or too late. */
import { formatMessage } from "../messages/entry.ts";
import { noOwner, notAnAddress, notAnOwner, plainGithubCredential, twoOwners } from "../messages/settings.ts";
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

/** The address of a GitHub Enterprise Server, if one is given. */
export function findBadAddress({ config, environment }: GitHubSource): Problem[] {
  const [path, value] = config["github:baseUrl"]
    ? ["github:baseUrl", config["github:baseUrl"]]
    : ["GITHUB_BASE_URL (environment)", environment.GITHUB_BASE_URL];
  if (!value || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))) return [];
  return [{ path, message: formatMessage(notAnAddress, { value: show(value) }) }];
}

/** Credentials of the GitHub provider that stand in the stack's file in clear. Their values are not repeated. */
export function findPlainCredentials({ config, isSecret, stack }: GitHubSource): Problem[] {
  const rows = [
    { key: "github:token", variable: "GITHUB_TOKEN", flag: "", holdsOne: (value: string) => value !== "" },
    // The provider takes the key itself as `pemFile`, or its variable.
    { key: "github:appAuth", variable: "GITHUB_APP_PEM_FILE", flag: "--path ", holdsOne: hasKey },
  ];
  return rows.flatMap(({ key, variable, flag, holdsOne }) => {
    const value = config[key];
    if (value === undefined || isSecret?.(key) || !holdsOne(value)) return [];
    return [{ path: key, message: formatMessage(plainGithubCredential, { stack, key, variable, flag }) }];
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
