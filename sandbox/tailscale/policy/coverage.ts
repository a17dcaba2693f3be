/** Whom the words of a policy file stand for. */
import { contains, isInternetAddress, isTailscaleAddress } from "./addresses.ts";
import type { Policy } from "./sections.ts";
import { isSelf, parseIpset, type Selector } from "./selectors.ts";

/** A device, as far as rules speak of it. */
export interface RuledDevice {
  addresses: readonly string[];
  /** With a tag it is nobody's. */
  tags: readonly string[];
  user: string;
}

/** Devices and people, as far as rules speak of them. */
export interface Tailnet {
  devices: readonly RuledDevice[];
  /** Login -> role, of those whose role is known. See `isUser` for who else is one of the tailnet's people. */
  roles: ReadonlyMap<string, string>;
  /** Domains of its people, which `user:*@domain` may name. */
  domains: ReadonlySet<string>;
}

/** One end of a connection. */
export type Party =
  | { kind: "user"; login: string }
  /** Somebody of whom only the group is known. */
  | { kind: "member of a group"; group: string }
  /** What carries a tag; `devices` are the addresses of each device that is meant. */
  | { kind: "tagged"; tags: readonly string[]; devices: readonly (readonly string[])[] }
  | { kind: "address"; address: string }
  | { kind: "service"; name: string };

/** Who a device is: its user, or its tags. */
export const ownerOf = ({ tags, user }: RuledDevice): Party =>
  tags.length > 0 ? { kind: "tagged", tags, devices: [] } : { kind: "user", login: user };

/**
 * Whether somebody is one of the tailnet's people: has a role or a device, or is in a group of the policy file. The service
 * knows them; here the file is often all there is, and a group lists people.
 */
function isUser(login: string, { groups }: Pick<Policy, "groups">, { roles, devices }: Tailnet): boolean {
  return (
    roles.has(login) ||
    devices.some(({ user, tags }) => user === login && tags.length === 0) ||
    [...groups.values()].some((members) => members.includes(login))
  );
}

/** Whether somebody is in `autogroup:<name>`; every user of the tailnet is a member, and its Owner an Admin as well. */
export function hasRole(login: string, name: string, policy: Pick<Policy, "groups">, tailnet: Tailnet): boolean {
  if (!isUser(login, policy, tailnet)) return false;
  const role = tailnet.roles.get(login) ?? "member";
  return name === "member" || role === name || (name === "admin" && role === "owner");
}

/** The words of one policy file in one tailnet. */
export class Coverage {
  readonly #policy: Policy;
  readonly #tailnet: Tailnet;

  constructor(policy: Policy, tailnet: Tailnet) {
    this.#policy = policy;
    this.#tailnet = tailnet;
  }

  isSource(selector: Selector, party: Party): boolean {
    if (selector.kind === "autogroup" && selector.name === "danger-all") return true;
    // `*` is all of the tailnet, not every address there is (tailscale/tailscale#14117).
    if (selector.kind === "any") return party.kind !== "address" || isTailscaleAddress(party.address);
    return this.#identities(party).some((identity) => this.covers(selector, identity));
  }

  isDestination(selector: Selector, party: Party, src: Party): boolean {
    if (selector.kind === "any") return true;
    if (isSelf(selector)) {
      const people = this.#identities(src).flatMap((one) => (one.kind === "user" ? [one.login] : []));
      return this.#identities(party).some((one) => one.kind === "user" && people.includes(one.login));
    }
    return this.#identities(party).some((identity) => this.covers(selector, identity));
  }

  /** An address stands also for the device that has it, though not for that device's other addresses. */
  #identities(party: Party): Party[] {
    if (party.kind !== "address") return [party];
    const device = this.#tailnet.devices.find(({ addresses }) => addresses.includes(party.address));
    return device ? [party, ownerOf(device)] : [party];
  }

  /** Taken by itself: `autogroup:self` depends on the other end, and covers nobody here. */
  covers(selector: Selector, party: Party): boolean {
    switch (selector.kind) {
      case "any":
        return true;
      case "tag":
        return party.kind === "tagged" && party.tags.includes(selector.name);
      case "user":
        return party.kind === "user" && party.login === selector.login;
      case "users of a domain":
        return party.kind === "user" && party.login.endsWith(`@${selector.domain}`);
      case "group":
        if (party.kind === "member of a group") return party.group === selector.name;
        return party.kind === "user" && (this.#policy.groups.get(selector.name) ?? []).includes(party.login);
      case "service":
        return party.kind === "service" && party.name === selector.name;
      case "autogroup":
        return this.#isInAutogroup(selector.name, party);
      case "prefix":
        return isWithin((address) => contains(selector.prefix, address), party);
      case "ipset":
        return isWithin((address) => this.#isInIpset(selector.name, address), party);
      case "undefined":
        return false;
    }
  }

  #isInAutogroup(name: string, party: Party): boolean {
    if (name === "tagged") return party.kind === "tagged";
    if (name === "internet") return party.kind === "address" && isInternetAddress(party.address);
    if (party.kind === "member of a group") return name === "member";
    return party.kind === "user" && hasRole(party.login, name, this.#policy, this.#tailnet);
  }

  /** Operations are processed in order (https://tailscale.com/kb/1387). */
  #isInIpset(name: string, address: string): boolean {
    let isInside = false;
    for (const { operation, target } of parseIpset(this.#policy.ipsets.get(name) ?? [], this.#policy)) {
      if (this.#isInTarget(target, address)) isInside = operation === "add";
    }
    return isInside;
  }

  #isInTarget(target: Selector, address: string): boolean {
    if (target.kind === "ipset") return this.#isInIpset(target.name, address);
    return this.covers(target, { kind: "address", address });
  }
}

/** For a tag: all of its devices, and there is one. */
function isWithin(isInside: (address: string) => boolean, party: Party): boolean {
  if (party.kind === "address") return isInside(party.address);
  return party.kind === "tagged" && party.devices.length > 0 && party.devices.every((device) => device.some(isInside));
}
