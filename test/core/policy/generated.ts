/** Generated policy files and fragments for properties. */
import fc from "fast-check";
import type { Fragment, Tag, TagAccess } from "../../../core/policy/fragment.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const tag = (names: string[]) => fc.constantFrom(...names.map((name): Tag => `tag:${name}`));

/** Tags that only files use, and tags that both use. */
const foreignTags = ["web", "db", "monitoring"];
const sharedTags = ["ci", "shared"];

const foreignGrant = fc.oneof(
  fc.record({ src: fc.constantFrom(["group:eng"], ["tag:web", "tag:ci"], "tag:ci"), dst: fc.constant(["tag:web"]) }),
  fc.record({
    src: fc.constantFrom(["tag:ci"], ["group:eng"]),
    dst: fc.constantFrom(["tag:aperture"], ["100.64.0.1"]),
    ip: fc.constantFrom(["tcp:80"], ["*"]),
    app: fc.constantFrom<Json>(
      { "tailscale.com/cap/aperture": [{ models: "anthropic/**" }, { role: "user" }] },
      { "tailscale.com/cap/aperture": [{ role: "admin" }] },
      {},
    ),
  }),
  fc.constantFrom<Json>(null, 1, [], {}),
);

const foreignTest = fc.record(
  {
    src: fc.constantFrom("group:eng", "tag:ci"),
    proto: fc.constantFrom("tcp", "udp"),
    accept: fc.constantFrom(["tag:web:443"], ["tag:aperture:80"]),
    deny: fc.constant(["tag:db:22"]),
  },
  { requiredKeys: ["src", "accept"] },
);

const other = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, 0, -1.5, "", "a\tb", 'quote " and \\', "é\u2028\u{1F600}", "tag:ci"),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "tagOwners", "src"), tie("json"), { maxKeys: 3 }),
  ),
})).json;

/** The value of a policy file: any of our sections, and others, in any order. */
const policyValue = fc
  .record(
    {
      tagOwners: fc.dictionary(tag([...foreignTags, ...sharedTags]), fc.constantFrom<Json>([], ["group:eng"]), {
        maxKeys: 4,
      }),
      grants: fc.array(foreignGrant, { maxLength: 3 }),
      tests: fc.array(foreignTest, { maxLength: 2 }),
      groups: other,
      acls: other,
    },
    { requiredKeys: [] },
  )
  .chain((sections) =>
    fc
      .shuffledSubarray(Object.entries(sections), { minLength: Object.keys(sections).length })
      .map((entries) => Object.fromEntries(entries) as { [key: string]: Json }),
  );

/** How a text is laid out: answers to questions that come up, the first answer being the plainest. */
class Choices {
  readonly #answers: number[];
  #next = 0;

  constructor(answers: number[]) {
    this.#answers = answers;
  }

  one<T>(first: T, ...rest: T[]): T {
    const options = [first, ...rest];
    const answer = this.#answers[this.#next++ % this.#answers.length] ?? 0;
    return options[answer % options.length] as T;
  }
}

interface Writing {
  choices: Choices;
  eol: string;
  unit: string;
  /** `plain`: JSON. `neat`: as people write it. `wild`: whatever the grammar allows between any two tokens. */
  manner: "plain" | "neat" | "wild";
}

/** A policy file as text. Comments stand wherever a comment can. */
export const policyText: fc.Arbitrary<string> = fc
  .record({
    value: policyValue,
    answers: fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }),
    eol: fc.constantFrom("\n", "\r\n"),
    unit: fc.constantFrom("\t", "  ", "    "),
    manner: fc.constantFrom<Writing["manner"]>("plain", "neat", "wild"),
  })
  .map(({ value, answers, eol, unit, manner }) => {
    const writing: Writing = { choices: new Choices(answers), eol, unit, manner };
    const { choices } = writing;
    const before = manner === "plain" ? "" : choices.one("", `// Header${eol}`, "/* a */ ", `${eol}`);
    const after = choices.one(eol, "", `${eol}${eol}`, manner === "plain" ? "" : `// end${eol}`);
    return before + written(value, writing, "") + after;
  });

function written(value: Json, writing: Writing, indent: string): string {
  if (typeof value === "string") return writtenString(value, writing);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const items = Array.isArray(value)
    ? value.map((item) => (inner: string) => written(item, writing, inner))
    : Object.entries(value).map(
        ([name, item]) =>
          (inner: string) =>
            `${writtenName(name, writing)}${gap(writing)}:${gap(writing) || " "}${written(item, writing, inner)}`,
      );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const { choices, eol, unit, manner } = writing;
  const inner = indent + unit;
  if (manner === "wild") {
    const texts = items.map((item) => gap(writing) + item(inner) + gap(writing));
    const trailing = items.length > 0 ? choices.one("", ",") : "";
    return open + texts.join(",") + trailing + gap(writing) + close;
  }
  const isNeat = manner === "neat";
  if (items.length === 0)
    return (
      open +
      (isNeat
        ? choices.one("", " ", " /* none */ ", `${eol}${inner}// none${eol}${indent}`, `${eol}${indent}`)
        : choices.one("", " ")) +
      close
    );
  if (choices.one(false, true)) {
    const padding = choices.one("", " ");
    const comment = isNeat ? choices.one("", "/* c */ ") : "";
    return `${open}${padding}${comment}${items.map((item) => item(inner)).join(", ")}${padding}${close}`;
  }
  const opening = isNeat ? choices.one("", " // first", " /* first */") : "";
  const lines = items.map((item, index) => {
    const above = isNeat
      ? choices.one("", `${inner}// above${eol}`, eol, `${inner}/* above${eol}${inner}   it */${eol}`)
      : "";
    const comma = index < items.length - 1 || (isNeat && choices.one(true, false)) ? "," : "";
    const behind = isNeat ? choices.one("", " // behind", " /* behind */") : "";
    return `${eol}${above}${inner}${item(inner)}${comma}${behind}`;
  });
  return `${open}${opening}${lines.join("")}${eol}${indent}${close}`;
}

function gap({ choices, eol, manner }: Writing): string {
  if (manner !== "wild") return "";
  return choices.one(
    "",
    " ",
    `${eol}`,
    "/* c */",
    `// c${eol}`,
    `\t ${eol} `,
    `/* a${eol} b */ `,
    ` // c ${eol}${eol}  `,
    "\r",
    "//\r\r\n",
  );
}

function writtenName(name: string, writing: Writing): string {
  const isSection = ["tagOwners", "grants", "tests"].includes(name);
  if (writing.manner !== "plain" && isSection) {
    return JSON.stringify(writing.choices.one(name, name, (name[0] ?? "").toUpperCase() + name.slice(1)));
  }
  return writtenString(name, writing);
}

function writtenString(value: string, { choices }: Writing): string {
  const text = JSON.stringify(value);
  return choices.one(
    text,
    text,
    text.replace(/[a-z](?=[^\\]*"$)/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  );
}

const access: fc.Arbitrary<TagAccess> = fc.record(
  {
    owners: fc.constantFrom<string[]>([], ["group:platform"], ["tag:deployer", "alice@example.com"]),
    destinations: fc.constantFrom(["tag:aperture"], ["100.64.0.1", "fd7a:115c:a1e0::1"]),
    ports: fc.constantFrom(["tcp:80"], ["tcp:80-443", "icmp:*"], ["tcp:80", "tcp:443"]),
    models: fc.uniqueArray(
      fc.constantFrom("anthropic/**", "anthropic/claude-sonnet-4-6", "*/claude-*", 'é\u2028/\\"*/'),
      {
        minLength: 1,
      },
    ),
    test: fc.constantFrom<TagAccess["test"]>("accept", "strict", "none"),
    capabilities: fc.constantFrom<Record<string, unknown>[]>(
      [{ quotas: [{ bucket: "daily:<user>" }] }],
      [{ send_hooks: ["a".repeat(90), { deep: [[{}]] }] }, { __proto__x: null }],
    ),
  },
  { requiredKeys: ["owners", "destinations", "ports", "models", "test"] },
);

export function fragmentOf(tags: string[]): fc.Arbitrary<Fragment> {
  return fc.dictionary(tag(tags), access, { minKeys: 1, maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<Fragment>;
}

/** Tags that a generated file may have already. */
export const fragment = fragmentOf(["ci", "ci-api", "mine"]);
/** Tags that no generated file has. */
export const freshFragment = fragmentOf(["ci-fresh", "ci-api", "mine"]);
