/** Generated policy files with forged marks: any mark, of anybody, in any place where a comment can stand. */
import fc from "fast-check";
import type { Fragment } from "../../../core/policy/fragment.ts";
import { access, owner } from "./fragments.ts";

export const wanted: Fragment = { "tag:ci": access };
/** What the stack wants next. */
export const wantedLater: Fragment = { "tag:mine": { ...access, test: "none" } };

const ours = `${owner}: managed by Pulumi`;
const marks = [
  `// ${ours}\n`,
  `// ${ours}\r\n`,
  `//${ours} \n`,
  `/* ${ours} */`,
  `/* ${ours} */ `,
  `/* ${ours} (file was on one line) */ `,
  `// ${ours} (file was plain JSON)\n`,
  "// acme/dev: managed by Pulumi\n",
  "/* acme/dev: managed by Pulumi */",
  `// ${owner}, acme/dev: managed by Pulumi\n`,
  `/* acme/dev, ${owner}: managed by Pulumi */ `,
  `// ${owner}, ${ours}\n`,
];
const others = ["// c\n", "// c\r\n", "/* c */", "/* a\n b */", `// no mark: ${ours}\n`, `/* ${ours} and more */`];
const spaces = ["", " ", "\n", "\r\n", "\n\t\t", "\n\n", "\n  ", "\r", "\t"];

const gap = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...spaces) },
      { weight: 2, arbitrary: fc.constantFrom(...marks) },
      { weight: 1, arbitrary: fc.constantFrom(...others) },
    ),
    { maxLength: 4 },
  )
  .map((pieces) => pieces.join(""));
/** In most places nothing, so that marks often stand right in front of entries. */
const rareGap = fc.oneof({ weight: 5, arbitrary: fc.constant("") }, { weight: 1, arbitrary: gap });

const capability = (...entries: string[]) => `"app": {"tailscale.com/cap/aperture": [${entries.join(", ")}]}`;
const role = '{"role": "user"}';
const models = '{"models": "anthropic/**"}';
const aperture = '"dst": ["tag:aperture"], "ip": ["tcp:80"]';

const grant = fc.constantFrom(
  `{"src": ["tag:ci"], ${aperture}, ${capability(role, models)}}`,
  `{"src": ["tag:ci"], ${aperture}, ${capability(role, models)}}`,
  `{\n\t"src": "tag:ci", // why\n\t${aperture}, ${capability(models, role)}\n}`,
  `{"src": ["tag:ci"], ${aperture}, ${capability(role, '{"models": "openai/**"}')}}`,
  `{"src": ["tag:ci", "tag:web"], ${aperture}, ${capability(role, models)}}`,
  `{"src": ["tag:ci"], "SRC": ["tag:ci"], ${aperture}, ${capability(role, models)}}`,
  `{"src": ["tag:old"], ${aperture}, ${capability(role, models)}}`,
  `{"src": ["tag:laptops"], ${aperture}, ${capability(role)}}`,
  `{"src": ["group:eng", "tag:ci"], "dst": ["*"], "ip": ["*"], ${capability(role, models)}}`,
  '{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:443"]}',
  '{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["tcp:443"]}',
  '{"src": ["group:ops"], "dst": ["*"], "dst": ["tag:db"],\n "ip": ["*"]}',
  "{}",
  "7",
);
const test = fc.constantFrom(
  '{"src": "tag:ci", "proto": "tcp", "accept": ["tag:aperture:80"]}',
  '{"src": "tag:ci", "proto": "tcp", "accept": ["tag:aperture:80"], "deny": ["tag:aperture:22"]}',
  '{"src": "tag:ci", "accept": ["tag:web:443"]}',
  '{"src": "group:eng", "accept": ["tag:aperture:80"]}',
  "null",
);
const definition = fc.tuple(
  fc.constantFrom('"tag:ci"', '"tag\\u003aci"', '"tag:web"', '"tag:laptops"', '"tag:old"', '"tag:web"'),
  fc.constantFrom("[]", '["group:eng"]', '[\n\t"group:eng", // c\n]'),
);

/** An item with what stands in front of it and in front of its comma. */
const placed = (item: fc.Arbitrary<string>) =>
  fc.tuple(gap, item, rareGap).map(([before, text, behind]) => before + text + behind);
const member = (name: fc.Arbitrary<string>, value: fc.Arbitrary<string>) =>
  fc
    .tuple(name, rareGap, rareGap, value)
    .map(([key, behindName, beforeValue, text]) => `${key}${behindName}:${beforeValue || " "}${text}`);

function container(brackets: string, items: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  return fc
    .tuple(items, fc.boolean(), gap)
    .map(([texts, isTrailing, tail]) =>
      [brackets[0], texts.join(","), isTrailing && texts.length > 0 ? "," : "", tail, brackets[1]].join(""),
    );
}

const list = (item: fc.Arbitrary<string>) => container("[]", fc.array(placed(item), { maxLength: 5 }));
const named = (...names: string[]) => fc.constantFrom(...names.map((name) => JSON.stringify(name)));
const tagOwners = container(
  "{}",
  fc
    .uniqueArray(definition, { maxLength: 5, selector: ([name]) => (name.includes("ci") ? "ci" : {}) })
    .chain((entries) =>
      fc.tuple(...entries.map(([name, owners]) => placed(member(fc.constant(name), fc.constant(owners))))),
    ),
);

/** A policy file that Tailscale's parser takes. No tag of `wanted` stands twice in it. */
export const forgedPolicy: fc.Arbitrary<string> = fc
  .tuple(
    fc.option(placed(member(named("tagOwners", "TagOwners"), tagOwners))),
    fc.option(placed(member(named("grants", "grants", "GRANTS"), list(grant)))),
    fc.option(placed(member(named("tests"), list(test)))),
    fc.option(placed(member(named("acls"), list(grant)))),
    fc.option(placed(member(named("groups"), fc.constantFrom("{}", '{"group:eng": ["a@example.com"]}')))),
  )
  .map((members) => members.filter((text) => text !== null))
  .chain((members) => fc.shuffledSubarray(members, { minLength: members.length }))
  .chain((members) => fc.tuple(gap, container("{}", fc.constant(members)), gap))
  .map((parts) => parts.join(""));
