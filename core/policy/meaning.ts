/** When two entries mean the same, and what an entry says in the terms of a fragment. */

import type { TagAccess } from "./fragment.ts";
import { apertureCapability, entryValue, type ObservedAccess, type SectionName, type Tag } from "./fragment.ts";

/** Fields in which the order of items has no meaning. Inside app entries and elsewhere it may have one. */
const unorderedFields = ["src", "dst", "ip", "accept", "deny"];

/** Do two entries of a section mean the same to Tailscale and Aperture? `live` is the value of `entryJson`. */
export function isSameEntry(section: SectionName, live: unknown, wanted: unknown): boolean {
  if (section === "tagOwners") return sameItems(live, wanted);
  if (!isObject(live) || !isObject(wanted)) return false;
  return sameKeys(withoutEmptyDeny(live), withoutEmptyDeny(wanted), (a, b, name) => {
    if (unorderedFields.includes(name) && Array.isArray(b)) return sameItems(a, b);
    if (name === "app" && isObject(a) && isObject(b)) return sameKeys(a, b, sameItems);
    return isSameJson(a, b);
  });
}

/** A test that denies nothing means the same as one without `deny`. */
function withoutEmptyDeny(value: Record<string, unknown>): Record<string, unknown> {
  const { deny, ...rest } = value;
  return Array.isArray(deny) && deny.length === 0 ? rest : value;
}

/** JSON equality: the order of keys has no meaning, that of items has. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => isSameJson(item, b[i]));
  return isObject(a) && isObject(b) ? sameKeys(a, b, isSameJson) : a === b;
}

/** The same items in any order; how often one stands there has no meaning. */
function sameItems(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return isSameJson(a, b);
  return contains(a, b) && contains(b, a);
}

function contains(items: unknown[], others: unknown[]): boolean {
  return others.every(createMembership(items));
}

/** Is a value, by JSON equality, among the items? */
function createMembership(items: unknown[]): (value: unknown) => boolean {
  const simple = new Set(items);
  return (value) =>
    isObject(value) || Array.isArray(value) ? items.some((item) => isSameJson(item, value)) : simple.has(value);
}

function sameKeys(
  a: Record<string, unknown>,
  b: Record<string, unknown>,
  same: (a: unknown, b: unknown, key: string) => boolean,
): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], key))
  );
}

/** What a `tagOwners` value says. */
export function readOwners(live: unknown, wanted: string[]): ObservedAccess {
  if (isStrings(live)) return { owners: likeOrder(live, wanted) };
  return { unexpected: { tagOwners: live } };
}

/** What a grant says; `wanted` only lends its order. Whatever a fragment cannot say is `unexpected`. */
export function readGrant(tag: Tag, live: unknown, wanted: Partial<TagAccess>): ObservedAccess {
  if (!isObject(live)) return { unexpected: { grants: live } };
  const { src, dst, ip, app, ...others } = live;
  const unexpected: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others)) unexpected[`grants.${name}`] = value;
  if (!sameItems(src, [tag])) unexpected["grants.src"] = src;
  const strings = (name: string, value: unknown, order: string[] | undefined): string[] => {
    if (isStrings(value)) return likeOrder(value, order ?? []);
    if (value !== undefined) unexpected[`grants.${name}`] = value;
    return [];
  };
  const access: ObservedAccess = {
    destinations: strings("dst", dst, wanted.destinations),
    ports: strings("ip", ip, wanted.ports),
    ...readApp(app, wanted, unexpected),
  };
  return Object.keys(unexpected).length > 0 ? { ...access, unexpected } : access;
}

function readApp(app: unknown, wanted: Partial<TagAccess>, unexpected: Record<string, unknown>): Partial<TagAccess> {
  const { [apertureCapability]: entries, ...others } = isObject(app) ? app : {};
  for (const [name, value] of Object.entries(others)) unexpected[`grants.app.${name}`] = value;
  const models: string[] = [];
  const capabilities: Record<string, unknown>[] = [];
  const roles: unknown[] = [];
  for (const entry of Array.isArray(entries) ? entries : []) {
    const single = isObject(entry) && Object.keys(entry).length === 1 ? entry : {};
    if (typeof single.models === "string") models.push(single.models);
    else if ("role" in single) roles.push(single.role);
    else if (isObject(entry)) capabilities.push(entry);
    else unexpected["grants.app"] = app;
  }
  if (!Array.isArray(entries)) unexpected["grants.app"] = app ?? "missing";
  else if (!sameItems(roles, ["user"])) unexpected["grants.role"] = roles.length > 0 ? roles : "missing";
  return {
    models: likeOrder(models, wanted.models ?? []),
    ...(capabilities.length > 0 ? { capabilities: likeOrder(capabilities, wanted.capabilities ?? []) } : {}),
  };
}

/** Which test a value is, for a grant that says `access`. Another one is the nearest, and `unexpected` shows it. */
export function readTest(tag: Tag, live: unknown, candidates: TagAccess[]): ObservedAccess {
  const matching = candidates
    .flatMap((access) => (["accept", "strict"] as const).map((test) => ({ ...access, test })))
    .find((access) => isSameEntry("tests", live, entryValue("tests", tag, access)));
  if (matching) return { test: matching.test };
  return { test: isObject(live) && "deny" in live ? "strict" : "accept", unexpected: { tests: live } };
}

/** The live items, those that are wanted first and in the wanted order: what only moved is no difference. */
function likeOrder<T>(live: T[], wanted: T[]): T[] {
  const isLive = createMembership(live);
  const kept = wanted.filter(isLive);
  const isKept = createMembership(kept);
  return [...kept, ...live.filter((item) => !isKept(item))];
}

export function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
