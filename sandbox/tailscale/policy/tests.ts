/** The `tests` section: https://tailscale.com/docs/reference/syntax/policy-file#tests */
import { isIP } from "node:net";
import type { Finding } from "../answers.ts";
import { isSingleAddress } from "./addresses.ts";
import type { Party, Tailnet } from "./coverage.ts";
import { InvalidPolicy } from "./document.ts";
import { hasPorts, parseProtocol, tcp, udp, withoutBrackets } from "./ports.ts";
import { Reachability } from "./reachability.ts";
import type { Policy, PolicyTest } from "./sections.ts";
import { parseSelector } from "./selectors.ts";

/**
 * Runs `tests` against the rules of `policy`: what failed, by `src`. `user` is the name that the API gives to `src`.
 * Live answers of 2023 and 2024 put `[acl test error]: ` before each error; the API's reference (2026) does not.
 */
export function runTests(tests: PolicyTest[], policy: Policy, tailnet: Tailnet): Finding[] {
  const reachability = new Reachability(policy, tailnet);
  return tests.flatMap((test) => {
    const errors = errorsOf(test, policy, tailnet, reachability);
    return errors.length > 0 ? [{ user: test.src, errors }] : [];
  });
}

function errorsOf(test: PolicyTest, policy: Policy, tailnet: Tailnet, reachability: Reachability): string[] {
  const src = partyOf(test.src, policy, tailnet);
  if (!src) return [`user or host is invalid: unknown user or host: ${JSON.stringify(test.src)}`];
  if (test.accept.length + test.deny.length === 0) return ["neither accept nor deny is given"]; // our wording
  const expectations = [
    ...test.accept.map((address) => ({ address, want: "Accept" })),
    ...test.deny.map((address) => ({ address, want: "Drop" })),
  ];
  return expectations.flatMap(({ address, want }) => {
    try {
      const { dst, port, protocols } = parseTarget(address, test.proto, policy, tailnet);
      const postureGiven = test.srcPostureAttrs.size > 0;
      const isAllowed = protocols.some((protocol) => reachability.allows({ src, dst, protocol, port, postureGiven }));
      const got = isAllowed ? "Accept" : "Drop";
      return got === want ? [] : [`address ${JSON.stringify(address)}: want: ${want}, got: ${got}`];
    } catch (error) {
      if (!(error instanceof InvalidPolicy)) throw error;
      return [`address ${JSON.stringify(address)}: ${error.message}`];
    }
  });
}

/** Who or what is tested; undefined for a word that stands for nothing, or for several (`*`, a prefix, an autogroup). */
function partyOf(word: string, policy: Policy, { devices }: Tailnet): Party | undefined {
  const selector = parseSelector(word, policy);
  switch (selector.kind) {
    case "user":
      return { kind: "user", login: selector.login };
    case "group":
      return policy.groups.has(selector.name) ? { kind: "member of a group", group: selector.name } : undefined;
    case "service":
      return { kind: "service", name: selector.name };
    case "tag": {
      if (!policy.tagOwners.has(selector.name)) return undefined;
      const tagged = devices.filter(({ tags }) => tags.includes(selector.name));
      return { kind: "tagged", tags: [selector.name], devices: tagged.map(({ addresses }) => addresses) };
    }
    case "prefix": {
      // An alias may be written as a prefix of one address; a test may not.
      const isAddress = isIP(word) !== 0 || (policy.hosts.has(word) && isSingleAddress(selector.prefix));
      return isAddress ? { kind: "address", address: selector.prefix.address } : undefined;
    }
    default:
      return undefined;
  }
}

/** `host:port` with one port. Throws `InvalidPolicy`; its texts are our wording. */
function parseTarget(address: string, proto: string, policy: Policy, tailnet: Tailnet) {
  const colon = address.lastIndexOf(":");
  const host = withoutBrackets(address.slice(0, Math.max(colon, 0)));
  const port = address.slice(colon + 1);
  const protocols = parseProtocol(proto) ?? [tcp, udp];
  // Without ports, as ICMP: 0.
  const lowest = protocols.some(hasPorts) ? 1 : 0;
  if (!/^\d{1,5}$/.test(port) || Number(port) < lowest || Number(port) > 65535) {
    throw new InvalidPolicy(`a test needs one numeric port, not ${JSON.stringify(port)}`);
  }
  const selector = parseSelector(host, policy);
  if (selector.kind === "tag" && !policy.tagOwners.has(selector.name)) {
    throw new InvalidPolicy(`tag not found: ${JSON.stringify(selector.name)}`);
  }
  const dst = partyOf(host, policy, tailnet);
  if (!dst) throw new InvalidPolicy(`unknown user or host: ${JSON.stringify(host)}`);
  return { dst, port: Number(port), protocols };
}
