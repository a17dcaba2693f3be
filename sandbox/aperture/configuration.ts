/** Aperture's own configuration: one HuJSON text with providers, grants and quotas. */
import { z } from "zod";
import { apertureCapability } from "../../core/policy/fragment.ts";
import { jsonValue, type Node, parse, stringValue } from "../../core/policy/hujson.ts";
import { PolicyError } from "../../core/policy/policy-error.ts";

export interface Configuration {
  /** By key, which is the first segment of `models` patterns. */
  providers: Record<string, Provider>;
  grants: ConfiguredGrant[];
  /** By name: `daily:<user>`. Not judged when saved; one that makes no sense rejects every request that it holds for. */
  quotas: Record<string, unknown>;
}

export type Provider = z.output<typeof provider>;
export type ConfiguredGrant = z.output<typeof grant>;

const provider = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  baseurl: z.url(),
  apikey: z.string().optional(),
  authorization: z.string().optional(),
  /** `passthrough`: the configured key is used only for clients that send none. */
  auth_mode: z.string().optional(),
  models: z.array(z.string()),
  compatibility: z.record(z.string(), z.boolean()).optional(),
});

/** The fields that Tailscale's own validator of recipes accepts (tailscale/aperture-recipes, validate-integration). */
const entryFields = (
  "role models quotas send_hooks add_headers mcp_tools mcp_resources mcp_templates enable_chat_ui read_metrics set_cors " +
  "cors_paths Access-Control-Allow-Origin Access-Control-Allow-Methods Access-Control-Allow-Headers connectors skills " +
  "filterable_headers direct_paths read_pricing"
).split(" ");

const grant = z.strictObject({
  src: z.array(z.string()),
  // Unlike in the policy file, a destination is a mistake: it is always this gateway.
  dst: z.undefined("dst must be absent: the destination is this gateway").optional(), // our wording
  ip: z.array(z.string()).optional(),
  app: z.record(z.string(), z.array(z.partialRecord(z.enum(entryFields), z.unknown()))),
});

const modelled = {
  providers: z.record(z.string(), provider).optional().default({}),
  grants: z.array(grant).optional().default([]),
  quotas: z.record(z.string(), z.unknown()).optional().default({}),
};

/** What the service knows and this stand-in does not. */
const unmodelled = "hooks exporters database connectors auto_cost_basis flags chat_models mcp temp_grants".split(" ");

const schema = z.strictObject({
  ...modelled,
  ...Object.fromEntries(unmodelled.map((key) => [key, z.unknown().optional()])),
});

/** What a configuration text says, or everything that is wrong with it. */
export type Reading =
  | { kind: "valid"; configuration: Configuration; unmodelled: string[] }
  | { kind: "invalid"; problems: string[] };

export function readConfiguration(text: string): Reading {
  let value: unknown;
  try {
    const tree = parse(text);
    value = jsonValue(tree.text, tree.root);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { kind: "invalid", problems: [`line ${error.line ?? 1}: not HuJSON`] }; // our wording
  }
  const { success, data, error } = schema.safeParse(value);
  if (!success) {
    return { kind: "invalid", problems: error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) };
  }
  const { providers, grants, quotas } = data as Configuration;
  return {
    kind: "valid",
    configuration: { providers, grants, quotas },
    unmodelled: unmodelled.filter((key) => key in data),
  };
}

/** @throws for a text that is not valid; none that is was ever saved. */
export function configurationOf(text: string): Configuration {
  const reading = readConfiguration(text);
  if (reading.kind === "invalid") throw new Error(`Aperture's configuration: ${reading.problems.join("; ")}`);
  return reading.configuration;
}

export function renderConfiguration(configuration: Configuration): string {
  const comment = "// Who may use this gateway: people as listed here, runners as the tailnet policy file says.";
  return `${comment}\n${JSON.stringify(configuration, undefined, "\t")}\n`;
}

/** A grant as Aperture's configuration has it. */
export function configuredGrant(src: string[], entries: Record<string, unknown>[]): ConfiguredGrant {
  return { src, app: { [apertureCapability]: entries } };
}

/** What stands for a key in answers; sent back, it stands for the key that is there. Our wording. */
export const hiddenKey = "[redacted]";

export function hideKeys(text: string): string {
  return replaceKeys(text, () => hiddenKey);
}

/** `text` with the keys of `saved` where it has them hidden. */
export function restoreKeys(text: string, saved: string): string {
  const { providers } = configurationOf(saved);
  return replaceKeys(text, (key, name) => (key === hiddenKey ? (providers[name]?.apikey ?? key) : key));
}

/** In the text, so that comments stay. */
function replaceKeys(text: string, replace: (key: string, provider: string) => string): string {
  // Of several members with one name the last counts; a key in another is a key all the same.
  const providers = membersOf(parse(text).root, text).filter(([name]) => name === "providers");
  const cuts = providers
    .flatMap(([, node]) => membersOf(node, text))
    .flatMap(([provider, node]) =>
      membersOf(node, text).flatMap(([name, key]) =>
        name === "apikey" && key.kind === "string" ? [{ key, text: replace(stringValue(text, key), provider) }] : [],
      ),
    );
  return cuts.reduceRight(
    (rest, { key, text }) => rest.slice(0, key.start) + JSON.stringify(text) + rest.slice(key.end),
    text,
  );
}

function membersOf(node: Node, text: string): [name: string, value: Node][] {
  if (node.kind !== "object") return [];
  return node.items.flatMap(({ name, value }) => (name ? [[stringValue(text, name), value] as [string, Node]] : []));
}
