/** What a stack needs in the tailnet policy file, in the terms of the domain, and as the policy file says it. */
import { parsePort } from "./ports.ts";

/** A Tailscale tag: `tag:`, a letter, then letters, digits and dashes. */
export type Tag = `tag:${string}`;

/** What runners that carry a tag may reach, and how the policy file says so. */
export interface TagAccess {
  /** Who may assign the tag (`tagOwners`). Empty: Owners, Admins and Network admins. */
  owners: string[];
  /** The Aperture device, as grant destinations: a tag, or Tailscale addresses. */
  destinations: string[];
  /** Ports in grant form, `tcp:80`. */
  ports: string[];
  /** Model patterns in Aperture's form, `provider/pattern`; one grant entry each. */
  models: string[];
  /** The entry in `tests`: `accept` = the ports are reachable, `strict` = and port 22 is not, `none` = no entry. */
  test: "accept" | "strict" | "none";
  /** Further objects for the `tailscale.com/cap/aperture` array, such as `{ "quotas": [...] }`. */
  capabilities?: Record<string, unknown>[];
}

/** The policy entries of one stack, keyed by tag. */
export type Fragment = Record<Tag, TagAccess>;

/** `write`: the policy file is edited. `observe`: it is only compared, because it is managed elsewhere. */
export type Mode = "write" | "observe";

/** How the access of a tag stands in the live file. What is absent there is absent here. */
export interface ObservedAccess extends Partial<TagAccess> {
  /**
   * What somebody wrote into a marked entry that `TagAccess` cannot say, by section and field: `{ "grants.via": [...] }`.
   * A copy of a marked entry that says something else is listed under `grants.copy`.
   */
  unexpected?: Record<string, unknown>;
}

export type ObservedFragment = Record<Tag, ObservedAccess>;

/** The app capability that Aperture reads: tailscale.com/docs/aperture, "Control model access". */
export const apertureCapability = "tailscale.com/cap/aperture";

/** The sections of the policy file that hold a fragment, in the order in which missing ones are written. */
export const sectionNames = ["tagOwners", "grants", "tests"] as const;
export type SectionName = (typeof sectionNames)[number];

/** The JSON value of a tag's entry in a section; undefined where the section holds none. */
export function entryValue(section: SectionName, tag: Tag, access: TagAccess): unknown {
  if (section === "tagOwners") return access.owners;
  return section === "grants" ? grantValue(tag, access) : testValue(tag, access);
}

function grantValue(tag: Tag, access: TagAccess) {
  const models = access.models.map((pattern) => ({ models: pattern }));
  return {
    src: [tag],
    dst: access.destinations,
    ip: access.ports,
    app: { [apertureCapability]: [{ role: "user" }, ...models, ...(access.capabilities ?? [])] },
  };
}

/** The ends of a port range stand for the range: a test asserts single ports. */
function testValue(tag: Tag, access: TagAccess) {
  if (access.test === "none") return undefined;
  const ports = access.ports.flatMap((port) => {
    const { first, last } = parsePort(port)?.tcp ?? {};
    return first === undefined || last === undefined ? [] : first === last ? [first] : [first, last];
  });
  const hosts = access.destinations.map((host) => (isIPv6(host) ? `[${host}]` : host));
  return {
    src: tag,
    proto: "tcp",
    accept: hosts.flatMap((host) => ports.map((port) => `${host}:${port}`)),
    ...(access.test === "strict" ? { deny: hosts.map((host) => `${host}:22`) } : {}),
  };
}

function isIPv6(host: string): boolean {
  return !host.startsWith("tag:") && host.includes(":");
}
