/** The settings of a stack, from its files and without the engine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseSettings, type Settings } from "../../core/settings/settings.ts";

export interface StackFiles {
  project: string;
  /** The name without project and organisation. */
  stack: string;
  /** As the engine passes it: `namespace:key` to text, structures as JSON. */
  config: Record<string, string>;
  secrets: ReadonlySet<string>;
  /** The file imports environments of Pulumi ESC, whose values are not in it. */
  importsEnvironments: boolean;
}

/** The files cannot be read, or are no configuration. */
export class FilesError extends Error {}

/** @throws FilesError */
export function readStackFiles(directory: string, stack: string): StackFiles {
  const project = readYaml(join(directory, "Pulumi.yaml"));
  if (typeof project?.name !== "string") throw new FilesError(`${join(directory, "Pulumi.yaml")} has no name.`);
  const file = readYaml(join(directory, `Pulumi.${stack}.yaml`));
  const config: Record<string, string> = {};
  const secrets = new Set<string>();
  // The project's values are defaults of the stack's.
  for (const [key, value] of [...entriesOf(project.config), ...entriesOf(file?.config)]) {
    const name = key.includes(":") ? key : `${project.name}:${key}`;
    if (isObject(value) && "secure" in value) secrets.add(name);
    config[name] = typeof value === "string" ? value : JSON.stringify(isDefault(value) ? value.default : value);
  }
  return { project: project.name, stack, config, secrets, importsEnvironments: file?.environment !== undefined };
}

/** @throws SettingsError with every mistake. */
export function readSettings(files: StackFiles, environment: Record<string, string | undefined>): Settings {
  const { config, secrets, project, stack } = files;
  return parseSettings({ config, isSecret: (key) => secrets.has(key), project, stack, environment }).settings;
}

function readYaml(path: string): Record<string, unknown> | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new FilesError(`${path} cannot be read. Run it in the folder of the project, with --stack NAME.`);
  }
  try {
    const value = parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    throw new FilesError(`${path} is no YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function entriesOf(config: unknown): [string, unknown][] {
  return isObject(config) ? Object.entries(config).filter(([, value]) => value !== null && value !== undefined) : [];
}

/** A value of the project: `{ type, default }`, or `{ value }`. */
function isDefault(value: unknown): value is { default: unknown } {
  return isObject(value) && "default" in value && "type" in value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
