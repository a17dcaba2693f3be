/** Rules that are not this stack's and hold for its tags as well: what people are told of them, and when they are refused. */
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/policy-file.ts";
import type { Fragment } from "../../core/policy/fragment.ts";
import { findReach, type Reach, type Rule, type TagReach, type WiderGrant } from "../../core/policy/reach.ts";
import type { Severity } from "../engine-log.ts";
import { type OperationContext, OperationError } from "../resource.ts";
import type { Inputs } from "./inputs.ts";

/**
 * Says what else the tags can do. A tag that is in use is refused where the settings do not share it, and no earlier run has
 * taken it: neither the state nor a mark in the file says so. In the mode `observe`, too: nothing is written then, but
 * the credentials get the tag all the same. `taken` are the tags in state; `wanted` is the text that a write would leave.
 */
export async function explainReach(
  context: OperationContext,
  live: string,
  run: { inputs: Inputs; previous: Inputs | undefined; taken: string[]; wanted: string },
): Promise<void> {
  const { inputs, previous, taken, wanted } = run;
  const reach = findReach(live, inputs.access, previous?.owner ?? inputs.owner, previous?.access);
  const isNew = ({ tag, isTaken }: TagReach) => !isTaken && !taken.includes(tag);
  const inUse = reach.tags.filter((tag) => isNew(tag) && tag.rules.some(({ isUse }) => isUse));
  if (inUse.length > 0 && !inputs.shareTag) throw new OperationError(describeTagInUse(inUse, inputs.access));
  const isSteady = wanted === live && !reach.tags.some(isNew);
  const message = reachMessage(reach, inputs.access, isSteady);
  if (message) await context.log(message.severity, message.text);
}

/**
 * Where `models` has no effect, as a warning; then every rule. Where `isSteady`, nothing changes in this run: rules for
 * every device are then named by their lines only. Undefined: there is none.
 */
export function reachMessage(
  reach: Reach,
  access: Fragment,
  isSteady: boolean,
): { severity: Severity; text: string } | undefined {
  const wider = reach.tags.flatMap((tag) => widerTexts(tag, access));
  const rules = ruleLines(reach, isSteady);
  const listed = rules.length > 0 ? [heading, ...rules] : [];
  if (wider.length + listed.length === 0) return undefined;
  return { severity: wider.length > 0 ? "warning" : "info", text: [...wider, ...listed].join("\n") };
}

const heading = "Rules of the tailnet policy file that are not this stack's and hold for its runners, too:";

/** Why the tags `inUse` cannot be taken, and the ways out. */
function describeTagInUse(inUse: TagReach[], access: Fragment): string {
  const names = inUse.map(({ tag }) => tag);
  return [
    ...inUse.flatMap((tag) => widerTexts(tag, access)),
    formatMessage(texts.tagInUse, {
      tags: `${names.join(" and ")} ${names.length === 1 ? "is" : "are"}`,
      rules: ruleLines({ tags: inUse, everyone: [] }, false).join("\n"),
      free: `${names[0]}-claude`,
    }),
  ].join("\n");
}

function widerTexts({ tag, wider }: TagReach, access: Fragment): string[] {
  return wider.flatMap((grant) => widerText(tag, grant, access));
}

function widerText(
  tag: TagReach["tag"],
  { line, text, models, others, maybe }: WiderGrant,
  access: Fragment,
): string[] {
  const named = models.map((pattern) => JSON.stringify(pattern)).join(", ");
  const destination = access[tag]?.destinations.join(" and ") ?? "";
  const values = { tag, line, rule: text, models: named, place: maybe ?? "", destination };
  const what = others.join(", ") + (maybe === undefined ? "" : `, if ${maybe} and ${destination} are one device`);
  return [
    ...(models.length === 0
      ? []
      : [
          maybe === undefined
            ? formatMessage(texts.modelsWithoutEffect, values)
            : formatMessage(texts.modelsMaybeWithoutEffect, values),
        ]),
    ...(others.length > 0 ? [formatMessage(texts.moreOfAperture, { ...values, what })] : []),
  ];
}

function ruleLines({ tags, everyone }: Reach, isSteady: boolean): string[] {
  const lines = tags.flatMap(({ tag, rules }) => {
    const of = (meaning: Rule["meaning"]) => rules.filter((rule) => rule.meaning === meaning);
    return [
      ...block(`What else ${tag} can do:`, of("right")),
      ...block(`Who can reach devices with ${tag}:`, of("target")),
      ...block(`Who else can assign ${tag}:`, of("assignment")),
    ];
  });
  const title = "What every device can do, or one with an address of a range:";
  if (!isSteady || everyone.length === 0) return [...lines, ...block(title, everyone)];
  const numbers = everyone.map(({ line }) => line).join(", ");
  return [...lines, `  ${title} line${everyone.length === 1 ? "" : "s"} ${numbers}`];
}

function block(title: string, rules: Rule[]): string[] {
  if (rules.length === 0) return [];
  return [`  ${title}`, ...rules.map(({ line, section, text }) => `    line ${line}, ${section}: ${text}`)];
}
