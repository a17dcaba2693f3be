/** Live entries in the terms of a fragment. */
import { entryJson, type PolicyDocument, type PolicyEntry } from "./document.ts";
import { readDuplicates } from "./duplicates.ts";
import type { Fragment, Mode, ObservedAccess, ObservedFragment, Tag, TagAccess } from "./fragment.ts";
import { isObject, readGrant, readOwners, readTest } from "./meaning.ts";
import { type Claim, isAsWanted, type OwnEntry, survey } from "./ownership.ts";

const empty: TagAccess = { owners: [], destinations: [], ports: [], models: [], test: "none" };

/** How a fragment stands in the file, see `observe` in edit.ts. */
export function observeFragment(
  policy: PolicyDocument,
  fragment: Fragment,
  stack: string,
  mode: Mode,
): ObservedFragment {
  const { claims, surplus, copies } = survey(policy, fragment, stack);
  const observed: ObservedFragment = {};
  const add = (tag: Tag, access: ObservedAccess) => {
    observed[tag] = merge(observed[tag] ?? { test: "none" }, access);
  };
  for (const claim of claims) {
    if (claim.state === "shared" && mode === "write") continue;
    const access = readClaim(claim, fragment[claim.tag] ?? empty, stack, observed[claim.tag]);
    if (!access) continue;
    const isOwn = claim.entry?.mark?.stacks.includes(stack);
    add(claim.tag, isOwn && claim.entry ? withDuplicates(access, policy.text, claim.entry) : access);
  }
  const claimed = new Set(claims.map(({ section, tag }) => `${section} ${tag}`));
  const isCopy = ({ tag, entry }: OwnEntry) => claimed.has(`${entry.section} ${tag}`);
  const copied = Map.groupBy([...copies, ...surplus].filter(isCopy), ({ tag, entry }) => `${tag} ${entry.section}`);
  for (const own of copied.values()) {
    const [{ tag, entry }] = own as [OwnEntry];
    const values = own.map((copy) => entryJson(policy.text, copy.entry));
    add(tag, { unexpected: { [`${entry.section}.copy`]: values } });
  }
  const unwanted = readEntries(
    policy,
    surplus.filter((own) => !isCopy(own)),
    observed,
  );
  for (const [tag, access] of Object.entries(unwanted)) add(tag as Tag, access);
  return observed;
}

/** What an owner has in the file, see `find` in edit.ts. */
export function observeOwner(policy: PolicyDocument, stack: string): Fragment {
  const observed = readEntries(policy, survey(policy, {}, stack).surplus, {});
  return Object.fromEntries(
    Object.entries(observed).map(([tag, { unexpected: _, ...access }]) => [tag, { ...empty, ...access }]),
  );
}

function readClaim(
  { section, tag, state, entry, live }: Claim,
  wanted: TagAccess,
  stack: string,
  grant: ObservedAccess | undefined,
): ObservedAccess | undefined {
  const isOwn = entry?.mark?.stacks.includes(stack);
  if (state === "missing" || (state === "conflicting" && !isOwn)) return undefined;
  const asWanted = isAsWanted(state);
  const { owners, destinations, ports, models, capabilities } = wanted;
  if (section === "tagOwners") return asWanted ? { owners } : readOwners(live, owners);
  if (section === "tests") {
    return asWanted ? { test: wanted.test } : readTest(tag, live, [wanted, { ...wanted, ...knownFields(grant) }]);
  }
  if (!asWanted) return readGrant(tag, live, wanted);
  return { destinations, ports, models, ...(capabilities ? { capabilities } : {}) };
}

/**
 * With every doubled name among what is `unexpected`: the last value alone decides, and what stands beside it says something
 * else. `app` is the exception, of which Tailscale takes the union: its capabilities are listed one by one.
 */
function withDuplicates(access: ObservedAccess, text: string, { section, item }: PolicyEntry): ObservedAccess {
  const unexpected = { ...access.unexpected };
  const names = Object.keys(unexpected);
  for (const [field, values] of Object.entries(readDuplicates(text, item))) {
    const name = `${section}.${field}`;
    const isListed = field === "app" && Array.isArray(values) && names.some((known) => known.startsWith(`${name}.`));
    if (!isListed) unexpected[name] = values;
  }
  return Object.keys(unexpected).length > 0 ? { ...access, unexpected } : access;
}

/** Entries that no claim speaks of, by tag; of several in one section the first. `known` is what other sections say. */
function readEntries(policy: PolicyDocument, entries: OwnEntry[], known: ObservedFragment): ObservedFragment {
  const read: ObservedFragment = {};
  const seen = new Set<string>();
  for (const { tag, entry } of entries) {
    const key = `${entry.section} ${tag}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const live = entryJson(policy.text, entry);
    const access = { ...known[tag], ...read[tag] };
    const part =
      entry.section === "tagOwners"
        ? readOwners(live, [])
        : entry.section === "grants"
          ? readGrant(tag, live, {})
          : readTest(tag, live, [{ ...empty, ...knownFields(access) }]);
    read[tag] = merge(read[tag] ?? {}, part);
  }
  return read;
}

function merge(a: ObservedAccess, b: ObservedAccess): ObservedAccess {
  const unexpected = { ...a.unexpected, ...b.unexpected };
  return { ...a, ...b, ...(Object.keys(unexpected).length > 0 ? { unexpected } : {}) };
}

function knownFields(access: ObservedAccess | undefined): Partial<TagAccess> {
  const { unexpected: _, ...known } = isObject(access) ? access : {};
  return known;
}
