/** The `sshTests` section: https://tailscale.com/docs/reference/syntax/policy-file#ssh-tests */
import { isIPv6 } from "node:net";
import type { Finding } from "../answers.ts";
import { hasRole, type Tailnet } from "./coverage.ts";
import type { Policy, SshRule, SshTest } from "./sections.ts";
import { parseSelector, type Selector } from "./selectors.ts";
import { localpartDomain } from "./ssh.ts";

/** One end of an SSH connection: a person's device, or one with tags. */
type Machine = { kind: "user"; login: string } | { kind: "tagged"; tags: readonly string[] };

/** Who logs in where, as which user. */
interface Login {
  src: Machine;
  dst: Machine;
  user: string;
}

interface Rules {
  policy: Policy;
  tailnet: Tailnet;
}

type Outcome = "Accept" | "Check" | "Drop";

/** Runs `tests` against the SSH rules of `policy`: what failed, by `src`. The texts are our wording. */
export function runSshTests(tests: SshTest[], policy: Policy, tailnet: Tailnet): Finding[] {
  return tests.flatMap((test) => {
    const errors = errorsOf(test, policy, tailnet);
    return errors.length > 0 ? [{ user: test.src, errors }] : [];
  });
}

function errorsOf(test: SshTest, policy: Policy, tailnet: Tailnet): string[] {
  const src = machineOf(test.src, policy, tailnet);
  if (!src) return [`user or host is invalid: unknown user or host: ${JSON.stringify(test.src)}`];
  const expectations: { user: string; want: Outcome }[] = [
    ...test.accept.map((user) => ({ user, want: "Accept" as const })),
    ...test.check.map((user) => ({ user, want: "Check" as const })),
    ...test.deny.map((user) => ({ user, want: "Drop" as const })),
  ];
  if (expectations.length === 0) return ["none of accept, check and deny is given"];
  return test.dst.flatMap((word) => {
    const dst = machineOf(word, policy, tailnet);
    if (!dst) return [`unknown user or host: ${JSON.stringify(word)}`];
    return expectations.flatMap(({ user, want }) => {
      if (user === "") return [`user "" is not valid`];
      const got = outcome({ src, dst, user }, { policy, tailnet });
      return got === want
        ? []
        : [`user ${JSON.stringify(user)} on ${JSON.stringify(word)}: want: ${want}, got: ${got}`];
    });
  });
}

/** What the rules say; those that ask for a check come first (https://tailscale.com/docs/features/tailscale-ssh). */
function outcome({ src, dst, user }: Login, rules: Rules): Outcome {
  const { policy } = rules;
  const matching = policy.ssh.filter(
    (rule) =>
      rule.src.some((word) => isMatch(parseSelector(word, policy), src, rules)) &&
      rule.dst.some((word) => isDestination(parseSelector(word, policy), { src, dst }, rules)) &&
      isLoginUser(rule, user, src),
  );
  if (matching.some(({ action }) => action.trim() === "check")) return "Check";
  return matching.length > 0 ? "Accept" : "Drop";
}

function isDestination(selector: Selector, { src, dst }: Pick<Login, "src" | "dst">, rules: Rules): boolean {
  if (selector.kind === "autogroup" && selector.name === "self") {
    return src.kind === "user" && dst.kind === "user" && src.login === dst.login;
  }
  return isMatch(selector, dst, rules);
}

function isMatch(selector: Selector, machine: Machine, { policy, tailnet }: Rules): boolean {
  if (machine.kind === "tagged") {
    if (selector.kind === "tag") return machine.tags.includes(selector.name);
    return selector.kind === "autogroup" && selector.name === "tagged";
  }
  switch (selector.kind) {
    case "user":
      return selector.login === machine.login;
    case "group":
      return (policy.groups.get(selector.name) ?? []).includes(machine.login);
    case "users of a domain":
      return machine.login.endsWith(`@${selector.domain}`);
    case "autogroup":
      return hasRole(machine.login, selector.name, policy, tailnet);
    default:
      return false;
  }
}

function isLoginUser({ users }: SshRule, user: string, src: Machine): boolean {
  return users.some((allowed) => {
    const domain = localpartDomain(allowed);
    if (domain) return src.kind === "user" && src.login === `${user}@${domain}`;
    return allowed === "autogroup:nonroot" ? user !== "root" : allowed.trim() === user;
  });
}

/**
 * The machine that a word means; undefined where there is none. The recorded service does not know one by its bare IPv6
 * address.
 */
function machineOf(word: string, policy: Policy, { devices }: Tailnet): Machine | undefined {
  const selector = parseSelector(word, policy);
  if (selector.kind === "user") return { kind: "user", login: selector.login };
  if (selector.kind === "tag")
    return policy.tagOwners.has(selector.name) ? { kind: "tagged", tags: [selector.name] } : undefined;
  if (selector.kind !== "prefix" || isIPv6(word)) return undefined;
  const { address } = selector.prefix;
  const device = devices.find(({ addresses }) => addresses.includes(address));
  if (!device) return undefined;
  return device.tags.length > 0 ? { kind: "tagged", tags: device.tags } : { kind: "user", login: device.user };
}
