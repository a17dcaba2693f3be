/**
 * The access rules of a policy file with their words read: the one form of them that packet filters (`filter.ts`), the file's
 * own tests (`reachability.ts`) and what a tag can do (`rights.ts`) come from. Rules add up; there is no deny.
 */
import { type Opening, parseHostPorts, parseIp } from "./ports.ts";
import type { Policy } from "./sections.ts";
import { parseSelector, type Selector } from "./selectors.ts";

export interface Destination {
  selector: Selector;
  /** What of it the rule opens; none where it gives capabilities only. */
  openings: Opening[];
}

export interface Rule {
  src: Selector[];
  dst: Destination[];
  /** Capability -> its values. */
  app: ReadonlyMap<string, readonly unknown[]>;
  /** The tags of the routers that lead to the destinations; none: whichever router does. */
  via: string[];
  /** It holds only for devices that meet a posture. */
  needsPosture: boolean;
}

/** What the service applies where a file has neither `acls` nor `grants` (recorded packet filters, see `judge.ts`). */
const allowAll: Rule = {
  src: [{ kind: "any" }],
  dst: [{ selector: { kind: "any" }, openings: [parseIp("*")] }],
  app: new Map(),
  via: [],
  needsPosture: false,
};

/** `policy` must have passed `checkReferences`. */
export function compileRules(policy: Policy): Rule[] {
  if (policy.allowsAll) return [allowAll];
  const select = (word: string) => parseSelector(word, policy);
  const needsPosture = (rule: { srcPosture: string[] }) =>
    rule.srcPosture.length > 0 || policy.defaultSrcPosture.length > 0;
  const acls = policy.acls.map((acl) => ({
    src: acl.src.map(select),
    dst: acl.dst.map((word) => {
      const { host, opening } = parseHostPorts(word, acl.proto);
      return { selector: select(host), openings: [opening] };
    }),
    app: new Map(),
    via: [],
    needsPosture: needsPosture(acl),
  }));
  const grants = policy.grants.map((grant) => ({
    src: grant.src.map(select),
    dst: grant.dst.map((word) => ({ selector: select(word), openings: grant.ip.map(parseIp) })),
    app: new Map([...grant.app].map(([name, values]) => [name, values.map(fromEntries)])),
    via: grant.via,
    needsPosture: needsPosture(grant),
  }));
  return [...acls, ...grants].filter(isWhole);
}

/** Values of capabilities are objects; the decoder keeps their members in a map. */
const fromEntries = (value: Map<string, unknown>): unknown => Object.fromEntries(value);

/** One alias that does not exist disables its whole rule (tailscale/tailscale#5532). */
function isWhole({ src, dst }: Rule): boolean {
  return ![...src, ...dst.map(({ selector }) => selector)].some(({ kind }) => kind === "undefined");
}
