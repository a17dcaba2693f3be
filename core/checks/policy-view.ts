/** The live policy file as the policy checks see it, worked out once for a stack. */
import { type Entry, hasRuleSection, observe, PolicyError, plan } from "../policy/edit.ts";
import type { Fragment, ObservedFragment, SectionName, Tag } from "../policy/fragment.ts";
import { findReach, type Reach } from "../policy/reach.ts";
import { fragmentOf } from "../policy/stack-fragment.ts";
import { type Fact, isUnread, type StackFacts } from "./facts.ts";
import { destinationsOf } from "./rows/before-device.ts";

export interface PolicyView {
  /** What the settings ask for; where Aperture is, the last run has found. */
  wanted: Fragment;
  entries: readonly Entry[];
  observed: ObservedFragment;
  reach: Reach;
  /** False: the file says nothing of who may reach what, so everybody may reach everything. */
  hasRules: boolean;
}

export type ReadPolicy = { kind: "read"; view: PolicyView } | { kind: "unusable"; reason: string };

const views = new WeakMap<StackFacts, Fact<ReadPolicy>>();

export function viewPolicy(stack: StackFacts): Fact<ReadPolicy> {
  const view = views.get(stack) ?? readView(stack);
  views.set(stack, view);
  return view;
}

/** The view, for rows that need `policy-read`. */
export function requireView(stack: StackFacts): PolicyView {
  const read = viewPolicy(stack);
  if (isUnread(read) || read.kind === "unusable") throw new Error("The row needs policy-read.");
  return read.view;
}

function readView(stack: StackFacts): Fact<ReadPolicy> {
  const { policy } = stack;
  if (isUnread(policy)) return policy;
  const { owner, mode } = stack.settings.policy;
  const applied = isUnread(stack.setup) ? undefined : stack.setup.fragment?.access;
  const destinations = findDestinations(stack);
  if (destinations.length === 0) return { unread: "Neither aperture.device nor the state says where Aperture is." };
  const wanted = fragmentOf(stack.settings, destinations);
  try {
    return {
      kind: "read",
      view: {
        wanted,
        entries: plan(policy.text, wanted, owner, applied),
        observed: observe(policy.text, wanted, owner, mode).fragment,
        reach: findReach(policy.text, wanted, owner, applied),
        hasRules: hasRuleSection(policy.text),
      },
    };
  } catch (error) {
    if (error instanceof PolicyError) return { kind: "unusable", reason: error.message.replaceAll("\n", " ") };
    throw error;
  }
}

/**
 * Where Aperture is, as grant destinations: by the settings, or as the last run has found it; without a state as the next one would.
 * None: nothing says it.
 */
export function findDestinations({ settings, setup, devices }: StackFacts): string[] {
  const [access] = isUnread(setup) ? [] : Object.values(setup.fragment?.access ?? {});
  if (settings.aperture.device === undefined && access) return access.destinations;
  const found = destinationsOf(settings, devices);
  return isUnread(found) ? [] : found;
}

/** How the entry of a tag stands in a section; undefined where none is wanted there. */
export function findEntry({ entries }: PolicyView, section: SectionName, tag: Tag): Entry | undefined {
  return entries.find((entry) => entry.section === section && entry.key === tag);
}
