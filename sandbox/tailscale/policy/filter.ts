/**
 * What a node lets in: the rules of a policy file as Tailscale's clients take them (`tailcfg.FilterRule`).
 *
 * Held against the packet filters that juanfont/headscale recorded of the service (f20f1f12, hscontrol/policy/v2/testdata, 555
 * files) in November 2026: the same answer for all of 6,412,776 connections between devices, most of the rules to the letter, and
 * the same capabilities but for `relay-target` and `drive-sharer`, which the service adds by itself. It also lets devices hear of
 * routers to what they may reach; here there are no routers.
 */
import { isSingleAddress, parsePrefix } from "./addresses.ts";
import { Coverage, ownerOf, type RuledDevice, type Tailnet } from "./coverage.ts";
import { isUsual, type Opening } from "./ports.ts";
import { compileRules, type Rule } from "./rules.ts";
import type { Policy } from "./sections.ts";
import { isSelf, type Selector } from "./selectors.ts";

/** The names are tailcfg's. A rule has either ports or capabilities. */
export interface FilterRule {
  SrcIPs: string[];
  DstPorts?: { IP: string; Ports: { First: number; Last: number } }[];
  /** Absent: TCP, UDP and ICMP. */
  IPProto?: number[];
  CapGrant?: { Dsts: string[]; CapMap: Record<string, readonly unknown[]> }[];
}

/** All of a tailnet, as the service writes it: without the addresses that no device gets. */
const everyDevice = ["100.64.0.0-100.115.91.255", "100.115.94.0-100.127.255.255", "fd7a:115c:a1e0::/48"];

/** Compiles a policy file for the nodes of a tailnet. `policy` must have passed `checkReferences`. */
export class FilterCompiler {
  readonly #coverage: Coverage;
  readonly #rules: Rule[];
  readonly #devices: readonly RuledDevice[];

  constructor(policy: Policy, tailnet: Tailnet) {
    this.#coverage = new Coverage(policy, tailnet);
    // Postures are not known, so nobody meets one. What goes by way of a router does not reach a device itself.
    this.#rules = compileRules(policy).filter(({ needsPosture, via }) => !needsPosture && via.length === 0);
    this.#devices = tailnet.devices;
  }

  /** The rules for what reaches `node`; none: nothing does. */
  filterOf(node: RuledDevice): FilterRule[] {
    return this.#rules.flatMap((rule) => [...this.#portRules(rule, node), ...this.#capabilityRules(rule, node)]);
  }

  /** Whether one of the two may connect to the other: only then does either hear of the other. */
  areVisible(one: RuledDevice, other: RuledDevice): boolean {
    return this.#lets(one, other) || this.#lets(other, one);
  }

  #lets(src: RuledDevice, dst: RuledDevice): boolean {
    return this.#rules.some((rule) =>
      rule.dst.some(
        ({ selector }) =>
          this.#addressesOf(selector, dst).length > 0 &&
          this.#sources(rule, selector, dst, [src]).some((address) => src.addresses.includes(address)),
      ),
    );
  }

  #portRules(rule: Rule, node: RuledDevice): FilterRule[] {
    return rule.dst.flatMap(({ selector, openings }) => {
      const addresses = selector.kind === "any" ? ["*"] : this.#addressesOf(selector, node);
      const sources = this.#sources(rule, selector, node);
      if (addresses.length === 0 || sources.length === 0) return [];
      return openings.map((opening) => ({
        SrcIPs: sources,
        DstPorts: portsOf(addresses, opening),
        ...protocols(opening),
      }));
    });
  }

  #capabilityRules(rule: Rule, node: RuledDevice): FilterRule[] {
    if (rule.app.size === 0) return [];
    return rule.dst.flatMap(({ selector }) => {
      const addresses = this.#addressesOf(selector, node);
      const sources = this.#sources(rule, selector, node);
      if (addresses.length === 0 || sources.length === 0) return [];
      return [{ SrcIPs: sources, CapGrant: [{ Dsts: addresses.map(prefixOf), CapMap: Object.fromEntries(rule.app) }] }];
    });
  }

  /** The addresses of `node` that a destination stands for. */
  #addressesOf(selector: Selector, node: RuledDevice): readonly string[] {
    if (isSelf(selector)) return node.tags.length > 0 ? [] : node.addresses;
    const src = ownerOf(node);
    return node.addresses.filter((address) =>
      this.#coverage.isDestination(selector, { kind: "address", address }, src),
    );
  }

  /** Where a rule lets in from, to `node` by way of the destination `selector`. */
  #sources({ src }: Rule, selector: Selector, node: RuledDevice, devices = this.#devices): string[] {
    if (isSelf(selector)) {
      const own = devices.filter(({ tags, user }) => tags.length === 0 && user === node.user);
      return own
        .flatMap(({ addresses }) => addresses)
        .filter((address) => src.some((source) => this.#coverage.isSource(source, { kind: "address", address })));
    }
    const found = src.flatMap((source) => {
      if (devices === this.#devices && source.kind === "any") return everyDevice;
      if (devices === this.#devices && source.kind === "autogroup" && source.name === "danger-all") return ["*"];
      return devices
        .flatMap(({ addresses }) => addresses)
        .filter((address) => this.#coverage.isSource(source, { kind: "address", address }));
    });
    return [...new Set(found)];
  }
}

const portsOf = (addresses: readonly string[], { ports }: Opening) =>
  addresses.flatMap((IP) => ports.map(({ first, last }) => ({ IP, Ports: { First: first, Last: last } })));

const protocols = ({ protocols }: Opening): { IPProto?: number[] } =>
  isUsual(protocols) ? {} : { IPProto: [...protocols] };

const prefixOf = (address: string): string => {
  const prefix = parsePrefix(address);
  return prefix && isSingleAddress(prefix) ? `${prefix.address}/${prefix.bits}` : address;
};
