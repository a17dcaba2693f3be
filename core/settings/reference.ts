/** The settings as a JSON schema for editors, and as a page for people; both from the zod schema. */
import { stringify } from "yaml";
import { z } from "zod";
import { namespace } from "./problem.ts";
import { settingsSchema } from "./schema.ts";

type JsonSchema = z.core.JSONSchema.JSONSchema;

function ourSchema(): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(settingsSchema, { io: "input" });
  return schema;
}

/** The JSON schema of a `Pulumi.<stack>.yaml`: our keys in full, other namespaces free. */
export function buildJsonSchema(): JsonSchema {
  const { properties = {}, required = [] } = ourSchema();
  const named = (key: string) => `${namespace}:${key}`;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Stack configuration of claude-aperture",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(Object.entries(properties).map(([key, schema]) => [named(key), schema])),
        patternProperties: { [`^(?!${namespace}:)`]: true },
        additionalProperties: false,
        required: required.map(named),
      },
    },
  };
}

/** docs/settings.md. */
export function renderSettingsPage(): string {
  const { properties = {}, required = [] } = ourSchema();
  const sections = Object.entries(properties).map(([key, schema]) => {
    const rows = keyRows(key, schema as JsonSchema, required.includes(key));
    return `## ${key}\n\n${rows.join("\n\n")}\n`;
  });
  return `${introduction}\n${sections.join("\n")}`;
}

const introduction = `# Settings

<!-- Written by \`npm run schema\` from core/settings/schema.ts; a test holds it current. -->

Settings stand in \`Pulumi.<stack>.yaml\` under \`config:\`, each key behind \`${namespace}:\`. Only \`repositories\` is
required, and \`github:owner\` (or the environment variable \`GITHUB_OWNER\`). A repository inherits what it does not set.
Credentials never stand here: they come from the environment.

\`Pulumi.rehearsal.yaml\` is an example. Its first line gives editors completion and checks.
`;

function keyRows(path: string, schema: JsonSchema, required: boolean): string[] {
  const own = [
    `**\`${path}\`** ${[typeName(schema), required ? "required" : ""].filter(Boolean).join(", ")}`,
    schema.description ?? "",
    valueLines(schema),
  ].filter(Boolean);
  const nested = Object.entries(schema.properties ?? {}).flatMap(([key, inner]) =>
    keyRows(`${path}.${key}`, inner as JsonSchema, (schema.required ?? []).includes(key)),
  );
  const variants = (schema.oneOf ?? []).map((variant) => `- ${variantLine(variant as JsonSchema)}`);
  return [[own.join("  \n"), variants.join("\n")].filter(Boolean).join("\n\n"), ...nested];
}

function valueLines(schema: JsonSchema): string {
  const lines = [
    ...(schema.default === undefined ? [] : [`Default: \`${inline(schema.default)}\``]),
    ...(schema.examples?.length ? [`Example: ${schema.examples.map((e) => `\`${inline(e)}\``).join(", ")}`] : []),
  ];
  return lines.join("  \n");
}

/** `kind: commit` and what it means, and below it its other keys. */
function variantLine({ properties = {} }: JsonSchema): string {
  const { kind, ...others } = properties as Record<string, JsonSchema>;
  const keys = Object.entries(others).map(([key, schema]) => {
    const values = schema.enum === undefined ? "" : ` ${typeName(schema)}.`;
    const other = schema.default === undefined ? "" : ` Default: \`${inline(schema.default)}\`.`;
    return `  - \`${key}\`:${values} ${schema.description}${other}`;
  });
  return [`\`kind: ${kind?.const}\`: ${kind?.description}`, ...keys].join("\n");
}

function typeName(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(" | ");
  if (schema.oneOf) return "object with a `kind`";
  if (schema.anyOf) return schema.anyOf.map((option) => typeName(option as JsonSchema)).join(" | ");
  if (schema.type === "array") {
    const items = schema.items as JsonSchema;
    return `list of ${typeName(items)}`;
  }
  return String(schema.type);
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();
}
