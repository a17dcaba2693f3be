/** What eight stacks come to want of one policy file, one step after the other. */
import type { Fragment, Tag, TagAccess } from "../../core/policy/fragment.ts";
import type { Random } from "./random.ts";

/** A stack's wish after each step; undefined: that it be destroyed. */
export type Plan = (Fragment | undefined)[];

/** Who wants this tag has to want the same as the others. */
export const sharedTag: Tag = "tag:ci";
const sharedAccess: TagAccess = {
  owners: ["group:platform"],
  destinations: ["tag:aperture"],
  ports: ["tcp:80"],
  models: ["anthropic/**"],
  test: "accept",
};

/** At least two steps: each changes something, at most one in four destroys the stack, the last one does. */
export function planOf(random: Random, stack: string, steps: number, shares: boolean): Plan {
  const plan: Plan = [];
  for (let last: Fragment | undefined; plan.length < steps - 1; plan.push(last)) {
    const isHalfway = plan.length === Math.floor(steps / 2);
    last = isHalfway && last ? undefined : another(random, stack, shares, last);
  }
  if (plan.at(-1) === undefined) plan.splice(-1, 1, another(random, stack, shares, undefined));
  return [...plan, undefined];
}

/** Random access for some of the stack's own tags, and perhaps the shared one; other than `last`. */
export function another(random: Random, stack: string, shares: boolean, last: Fragment | undefined): Fragment {
  const fragment: Fragment = {};
  const own: Tag[] = [`tag:${stack}-a`, `tag:${stack}-b`, `tag:${stack}-c`];
  for (const tag of random.some(own)) fragment[tag] = randomAccess(random);
  if (shares && random.chance(0.6)) fragment[sharedTag] = sharedAccess;
  const isOther = JSON.stringify(fragment) !== JSON.stringify(last);
  return Object.keys(fragment).length > 0 && isOther ? fragment : another(random, stack, shares, last);
}

const models = ["anthropic/**", "anthropic/claude-sonnet-*", "anthropic/claude-haiku-4-5", "openai/gpt-5"];

function randomAccess(random: Random): TagAccess {
  return {
    owners: random.some(["group:platform", "group:engineering"]),
    destinations: ["tag:aperture"],
    ports: random.pick([["tcp:80"], ["tcp:443"], ["tcp:80", "tcp:443"]]),
    models: random.pick([[random.pick(models)], models.slice(0, 2), models]),
    test: random.pick(["accept", "strict", "none"] as const),
  };
}
