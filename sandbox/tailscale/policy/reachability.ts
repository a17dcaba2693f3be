/** Which connections the access rules of a policy file allow: the union of `acls` and `grants`; there is no deny. */
import { contains, isInternetAddress, isTailscaleAddress, type Prefix, parsePrefix } from "./addresses.ts";
import { type Opening, opens, parseHostPorts, parseIp } from "./ports.ts";
import type { Policy } from "./sections.ts";
import { parseSelector, type Selector } from "./selectors.ts";

/** Devices and people, as far as rules speak of them. */
export interface Tailnet {
  devices: readonly { addresses: readonly string[]; tags: readonly string[]; user: string }[];
  /** Login -> role. Whoever is not listed is a member. */
  roles: ReadonlyMap<string, string>;
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

interface Rule {
  src: Selector[];
  dst: { selector: Selector; openings: Opening[] }[];
  needsPosture: boolean;
}

export interface Connection {
  src: Party;
  dst: Party;
  protocol: number;
  port: number;
  /** The device's posture is given; conditions themselves are not evaluated, they count as met. */
  postureGiven: boolean;
}

export class Reachability {
  readonly #policy: Policy;
  readonly #tailnet: Tailnet;
  readonly #rules: Rule[];

  /** `policy` must have passed `checkReferences`. */
  constructor(policy: Policy, tailnet: Tailnet) {
    this.#policy = policy;
    this.#tailnet = tailnet;
    this.#rules = rulesOf(policy);
  }

  allows({ src, dst, protocol, port, postureGiven }: Connection): boolean {
    return this.#rules.some(
      (rule) =>
        (postureGiven || !rule.needsPosture) &&
        rule.src.some((selector) => this.#isSource(selector, src)) &&
        rule.dst.some(
          ({ selector, openings }) =>
            this.#isDestination(selector, dst, src) && openings.some((opening) => opens(opening, protocol, port)),
        ),
    );
  }

  #isSource(selector: Selector, party: Party): boolean {
    if (selector.kind === "autogroup" && selector.name === "danger-all") return true;
    // `*` is all of the tailnet, not every address there is (tailscale/tailscale#14117).
    if (selector.kind === "any") return party.kind !== "address" || isTailscaleAddress(party.address);
    return this.#identities(party).some((identity) => this.#covers(selector, identity));
  }

  #isDestination(selector: Selector, party: Party, src: Party): boolean {
    if (selector.kind === "any") return true;
    if (selector.kind === "autogroup" && selector.name === "self") {
      return src.kind === "user" && party.kind === "user" && src.login === party.login;
    }
    return this.#identities(party).some((identity) => this.#covers(selector, identity));
  }

  /** An address stands also for the device that has it, though not for that device's other addresses. */
  #identities(party: Party): Party[] {
    if (party.kind !== "address") return [party];
    const device = this.#tailnet.devices.find(({ addresses }) => addresses.includes(party.address));
    if (!device) return [party];
    const { tags, user } = device;
    return [party, tags.length > 0 ? { kind: "tagged", tags, devices: [] } : { kind: "user", login: user }];
  }

  #covers(selector: Selector, party: Party): boolean {
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
        return isWithin([selector.prefix], party);
      case "ipset":
        return (
          isWithin(this.#ipset(selector.name, "add"), party) && !isWithin(this.#ipset(selector.name, "remove"), party)
        );
      case "undefined":
        return false;
    }
  }

  #isInAutogroup(name: string, party: Party): boolean {
    if (name === "tagged") return party.kind === "tagged";
    if (name === "internet") return party.kind === "address" && isInternetAddress(party.address);
    if (party.kind === "member of a group") return name === "member";
    return party.kind === "user" && (name === "member" || this.#tailnet.roles.get(party.login) === name);
  }

  /** The prefixes of those entries that start with `verb`; an entry without a verb adds. */
  #ipset(name: string, verb: "add" | "remove"): Prefix[] {
    return (this.#policy.ipsets.get(name) ?? []).flatMap((entry) => {
      const [, written = "add", word = ""] = /^(?:(add|remove) +)?(?:host:)?(.*)$/.exec(entry) ?? [];
      return written === verb ? (parsePrefix(this.#policy.hosts.get(word) ?? word) ?? []) : [];
    });
  }
}

/** For a tag: all of its devices, and there is one. */
function isWithin(prefixes: Prefix[], party: Party): boolean {
  const isInside = (address: string) => prefixes.some((prefix) => contains(prefix, address));
  if (party.kind === "address") return isInside(party.address);
  return party.kind === "tagged" && party.devices.length > 0 && party.devices.every((device) => device.some(isInside));
}

function rulesOf(policy: Policy): Rule[] {
  const select = (word: string) => parseSelector(word, policy);
  const needsPosture = (rule: { srcPosture: string[] }) =>
    rule.srcPosture.length > 0 || policy.defaultSrcPosture.length > 0;
  const acls = policy.acls.map((acl) => ({
    src: acl.src.map(select),
    dst: acl.dst.map((word) => {
      const { host, opening } = parseHostPorts(word, acl.proto);
      return { selector: select(host), openings: [opening] };
    }),
    needsPosture: needsPosture(acl),
  }));
  const grants = policy.grants.map((grant) => ({
    src: grant.src.map(select),
    dst: grant.dst.map((word) => ({ selector: select(word), openings: grant.ip.map(parseIp) })),
    needsPosture: needsPosture(grant),
  }));
  // One alias that does not exist disables its whole rule (tailscale/tailscale#5532).
  const isWhole = ({ src, dst }: Rule) =>
    ![...src, ...dst.map(({ selector }) => selector)].some(({ kind }) => kind === "undefined");
  return [...acls, ...grants].filter(isWhole);
}
