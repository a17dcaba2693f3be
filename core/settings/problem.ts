/** How a mistake in the stack configuration is named: its place, what is wrong, the fix. */

/** The configuration namespace of the program, which is its project name. */
export const namespace = "claude-aperture";

export interface Problem {
  /** The config path, such as `claude-aperture:repositories[1].models[0]`. */
  path: string;
  /** What is wrong, and the fix. */
  message: string;
}

/** Every mistake of a stack configuration at once. */
export class SettingsError extends Error {
  readonly problems: Problem[];
  constructor(stack: string, problems: Problem[]) {
    const count = problems.length === 1 ? "One setting" : `${problems.length} settings`;
    super(
      `${count} of Pulumi.${stack}.yaml cannot be used; nothing was changed.\n` +
        problems.map(({ path, message }) => `  ${path}\n    ${message}`).join("\n"),
    );
    this.name = "SettingsError";
    this.problems = problems;
  }
}

/** The values under our namespace; JSON where it is JSON, else the string. */
export function ourValues(config: Record<string, string>): Record<string, unknown> {
  const stringKeys = new Set(["tag", "onUnavailable"]);
  const ours = Object.entries(config).filter(([key]) => key.startsWith(`${namespace}:`));
  return Object.fromEntries(
    ours.map(([fullKey, value]) => {
      const key = fullKey.slice(namespace.length + 1);
      return [key, stringKeys.has(key) ? value : json(value)];
    }),
  );
}

function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** `claude-aperture:repositories[1].name` from its segments. */
export function path(segments: PropertyKey[]): string {
  const [first, ...rest] = segments;
  if (first === undefined) return namespace;
  const tail = rest.map((s) =>
    typeof s === "number" ? `[${s}]` : /^\w+$/.test(String(s)) ? `.${String(s)}` : `["${String(s)}"]`,
  );
  return `${namespace}:${String(first)}${tail.join("")}`;
}
