/** The provider's own configuration (`claude-aperture:*`), which stands in the stack's state. */
import { formatMessage } from "../core/messages/entry.ts";
import { credentialInState } from "../core/messages/tailscale-credentials.ts";
import type { Problem } from "../core/problem.ts";
import { settingNames } from "../core/settings/names.ts";
import { environmentVariables, type ProviderSettings, secretSettings } from "../services/tailscale/credentials.ts";
import { configuration } from "./schema.ts";
import { type PropertyMap, type PropertyValue, unknown } from "./structs.ts";

/** What the engine adds on its own. */
const engineKeys = new Set(["version", "pluginDownloadURL", "pluginChecksums"]);

/**
 * The configuration without the settings of our own program. Its project has the provider's name, so the engine hands the default
 * provider the whole namespace; kept, each changed setting would show as a changed provider, too.
 */
export function withoutSettings(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !settingNames.some((name) => name === key)));
}

/**
 * What is wrong with the configuration. A credential is refused unless it is the path of a file: it would stand in
 * state, where a refresh goes on using it after it was rotated.
 */
export function checkConfiguration(properties: PropertyMap): Problem[] {
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(properties)) {
    if (engineKeys.has(key) || key.startsWith("__") || value === null || value === unknown) continue;
    const message = checkSetting(key, value);
    if (message) problems.push({ path: key, message });
  }
  return problems;
}

/** The settings in checked configuration. Unknown ones are left to the environment. */
export function parseConfiguration(properties: PropertyMap): ProviderSettings {
  const settings: ProviderSettings = {};
  for (const key of Object.keys(configuration) as (keyof ProviderSettings)[]) {
    const value = properties[key];
    if (key === "scopes") {
      const scopes = parseScopes(value);
      if (scopes) settings.scopes = scopes;
    } else if (typeof value === "string" && value !== "") settings[key] = value;
  }
  return settings;
}

function checkSetting(key: string, value: PropertyValue): string | undefined {
  if (!Object.hasOwn(configuration, key)) {
    return `It is unknown. The provider takes ${Object.keys(configuration).join(", ")}.`;
  }
  if (key === "scopes") return parseScopes(value) ? undefined : "Expected a list of strings.";
  if (typeof value !== "string") return "Expected a string.";
  const secret = secretSettings.find((name) => name === key);
  if (secret && !value.startsWith("file:")) {
    return formatMessage(credentialInState, { variable: environmentVariables[secret][0], key });
  }
  return undefined;
}

/** Lists come from the stack configuration as JSON text. */
function parseScopes(value: PropertyValue | undefined): string[] | undefined {
  let list: unknown = value;
  if (typeof value === "string") {
    try {
      list = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  return Array.isArray(list) && list.every((item) => typeof item === "string") ? list : undefined;
}
