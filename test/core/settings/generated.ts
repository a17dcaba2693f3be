/** Stack configurations of any kind, made from the shape of the settings' own schema: right, nearly right, and wrong. */
import fc from "fast-check";
import type { z } from "zod";
import { settingsSchema } from "../../../core/settings/schema.ts";
import type { Config } from "./mistakes.ts";

/** The parts of a zod schema that say how its values look; `def` is public to those who walk schemas (zod.dev, "core"). */
interface Definition {
  type: string;
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  innerType?: z.core.$ZodType;
  options?: z.core.$ZodType[];
  entries?: Record<string, string>;
  values?: unknown[];
  keyType?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
}

const odd = [
  ...[
    "",
    " ",
    "  ",
    "a b",
    "a$x",
    " x",
    "prod ",
    "*",
    "${{",
    "}}",
    "${{ github.head_ref }}",
    "${{ secrets.X }}",
    "'",
    '"',
    "\\",
  ],
  ...[
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\0",
    "\u0085",
    "\u2028",
    "\u202e",
    "\ufeff",
    "\ud800",
    "\udc00x",
    "\uffff",
    "😀",
    "e\u0301",
    "ß",
    "İ",
  ],
  ...[
    "x".repeat(300),
    "x/".repeat(20_000),
    "/",
    "//",
    "..",
    "../..",
    "-",
    "--model",
    "#",
    ": ",
    "- ",
    "|",
    ">",
    "&a",
    "!!x",
    "on",
  ],
  ...[
    "null",
    "true",
    "1",
    "1e999",
    "{}",
    "[]",
    "__proto__",
    "constructor",
    "tag:",
    "tag:ci",
    "anthropic/**",
    "**",
    "*/*",
    "a/b/c",
  ],
];

const anyText = fc.oneof(fc.constantFrom(...odd), fc.string(), fc.string({ unit: "binary" }));

/** A text with something odd in it. */
const spoilt = (text: string) =>
  fc.tuple(anyText, fc.nat(), fc.boolean()).map(([inserted, at, replaces]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + inserted + text.slice(place + (replaces ? 1 : 0));
  });

/** Values that do not fit, now and then. */
const wrong = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 2048, 1.5, 1e21, [], {}, [[]], { kind: "x" }),
  anyText,
  fc.anything({ maxDepth: 2, key: fc.constantFrom("name", "kind", "path", "__proto__", "toString") }),
);

const defaultTexts = [
  "app",
  "api",
  "2026-11",
  "claude",
  "ubuntu-latest",
  "anthropic/claude-sonnet-4-6",
  "tag:ci",
  "ai",
];

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Right values of a schema. `examples`: texts that its surroundings give as examples. */
function valuesOf(schema: z.core.$ZodType, examples: string[] = []): fc.Arbitrary<unknown> {
  const def = schema._zod.def as unknown as Definition;
  const own = textsIn((schema as z.ZodType).meta?.()?.examples);
  const texts = own.length > 0 ? own : examples;
  const inner = (one: z.core.$ZodType | undefined) => valuesOf(one as z.core.$ZodType, texts);
  switch (def.type) {
    case "object": {
      const shape = Object.entries(def.shape ?? {});
      const requiredKeys = shape.filter(([, { _zod }]) => _zod.def.type !== "optional").map(([key]) => key);
      return fc.record(Object.fromEntries(shape.map(([key, one]) => [key, valuesOf(one)])), { requiredKeys });
    }
    case "optional":
      return inner(def.innerType);
    case "array":
      return fc.array(inner(def.element), { minLength: 1, maxLength: 2 });
    case "union":
      return fc.oneof(...(def.options ?? []).map(inner));
    case "record":
      return fc.constantFrom({}, (schema as z.ZodType).meta?.()?.examples ?? {});
    case "literal":
      return fc.constantFrom(...(def.values ?? []));
    case "enum":
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case "boolean":
      return fc.boolean();
    case "number":
      return fc.integer({ min: 5, max: 360 });
    case "string":
      return fc.constantFrom(...(texts.length > 0 ? texts : defaultTexts));
    default:
      throw new Error(`no values for ${def.type}: add it here`);
  }
}

interface Entry {
  workflow?: Workflow;
  formerly?: unknown;
  models?: unknown;
  identity?: { kind: string; scope?: string };
  delivery?: { kind: string; draft?: boolean };
}

/** Of all that a delivery can say, what agrees with every other: a draft is not merged, one central branch is enough. */
function agreeing({ delivery, identity }: Entry): Entry {
  const { scope: _, ...kind } = identity ?? { kind: "federated" };
  const { draft: _draft, ...way } = delivery ?? { kind: "commit" };
  const central = { kind: "central", by: "pull-request", title: "Add Claude Code" };
  return {
    ...(identity === undefined ? {} : { identity: kind }),
    ...(delivery === undefined ? {} : { delivery: way.kind === "central" ? central : way }),
  };
}

interface Workflow {
  allowedTools?: unknown;
  trustPullRequestCode?: unknown;
}

/** With trust in what the tools of any level run. */
function trusting<Level extends { workflow?: Workflow }>(level: Level): Level {
  const { workflow } = level;
  if (workflow?.allowedTools === undefined && workflow?.trustPullRequestCode === undefined) return level;
  return { ...level, workflow: { ...workflow, trustPullRequestCode: true } };
}

/** With a name and, where it has models, a tag of its own for each entry, so that they do not contradict each other. */
function withoutContradictions(settings: Entry & { repositories: (string | Entry)[] }): Config {
  const repositories = settings.repositories.map((entry, index) => {
    if (typeof entry === "string") return `app-${index}`;
    const { formerly: _, ...others } = trusting(entry);
    return { ...others, ...agreeing(entry), name: `api-${index}`, ...(entry.models ? { tag: `tag:ci-${index}` } : {}) };
  });
  return Object.fromEntries(
    Object.entries({ ...trusting(settings), ...agreeing(settings), repositories }).map(([key, value]) => [
      `claude-aperture:${key}`,
      value,
    ]),
  );
}

/** The value with something wrong in one place: a text is spoilt, a value is of another kind, or a key is there too many. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  const here = fc.oneof(
    typeof value === "string" ? { weight: 8, arbitrary: spoilt(value) } : { weight: 0, arbitrary: wrong },
    {
      weight: 1,
      arbitrary: wrong,
    },
  );
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return here;
  // Most of what can go wrong is in the workflow.
  const keys = Object.keys(value).flatMap((key) => (key.endsWith("workflow") ? Array<string>(6).fill(key) : [key]));
  const inOne = fc.constantFrom(...keys).chain((key) => {
    const changed = mutated((value as Config)[key]);
    return changed.map((inner) => (Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner }));
  });
  const foreign = fc.tuple(fc.oneof(anyText, fc.constantFrom("model", "environment", "repositorys", "kind")), wrong);
  return fc.oneof(
    { weight: 20, arbitrary: inOne },
    { weight: 1, arbitrary: here },
    {
      weight: 1,
      arbitrary: foreign.map(([key, inner]) => (Array.isArray(value) ? [...value, inner] : { ...value, [key]: inner })),
    },
  );
}

const right = valuesOf(settingsSchema)
  .map((settings) => withoutContradictions(settings as { repositories: (string | Entry)[] }))
  .map((config): Config => ({ "github:owner": "acme", ...config }));

const others = fc.record(
  {
    "github:owner": spoilt("acme"),
    "github:baseUrl": spoilt("https://github.example.com/"),
    "github:token": anyText,
    "aperture:repositories": wrong,
    "tailscale:apiKey": anyText,
  },
  { requiredKeys: [] },
);

/** Right, wrong in one or two places, or with keys of other programs. */
export const anyConfig: fc.Arbitrary<Config> = fc.oneof(
  { weight: 2, arbitrary: right },
  { weight: 6, arbitrary: right.chain(mutated).map(asConfig) },
  { weight: 1, arbitrary: right.chain(mutated).chain(mutated).map(asConfig) },
  { weight: 1, arbitrary: fc.tuple(right, others).map(([one, other]) => ({ ...one, ...other })) },
);

/** A configuration is an object of keys with a namespace, whatever is under them. */
function asConfig(value: unknown): Config {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.includes(":") ? key : `claude-aperture:${key}`, inner]),
  );
}

export const anyName = fc.constantFrom(
  "claude-aperture",
  "claude-aperture",
  "prod",
  "their.program-2",
  "a".repeat(100),
  "_x",
);
