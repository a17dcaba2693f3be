/** What the server refuses in the `ssh` and `sshTests` sections. Messages are the service's, as in `references.ts`. */
import { isSingleAddress } from "./addresses.ts";
import { InvalidPolicy } from "./document.ts";
import type { Policy, SshRule, SshTest } from "./sections.ts";
import { type Check, checkDomain, parseSelector } from "./selectors.ts";

const quote = (text: string): string => JSON.stringify(text);

export function checkSshRule(rule: SshRule, check: Check, domains: ReadonlySet<string>): void {
  const action = rule.action.trim();
  if (action === "") throw new InvalidPolicy("action must be specified");
  if (action !== "accept" && action !== "check") throw new InvalidPolicy(`${quote(rule.action)} is not a valid action`);
  if (rule.users.length === 0) throw new InvalidPolicy("users must be specified");
  for (const user of rule.users) {
    if (user === "" || user === "*") throw new InvalidPolicy(`user ${quote(user)} is not valid`);
    const domain = localpartDomain(user);
    if (domain) checkDomain(domain, domains);
  }
  if (rule.acceptEnv.includes("")) throw new InvalidPolicy("acceptEnv values cannot be empty");
  checkPeriod(rule.checkPeriod);
  for (const word of rule.src) {
    if (word.trim().startsWith("user:*@")) checkDomain(word.trim().slice("user:*@".length), domains, "[ssh] ");
    check(word, "src=");
  }
  for (const word of rule.dst) {
    if (["any", "prefix", "undefined"].includes(check(word, "dst=").kind))
      throw new InvalidPolicy(`invalid dst ${quote(word)}`);
  }
}

/** The domain of `localpart:*@domain`, a host's user of the name that the person has; undefined for other users. */
export const localpartDomain = (user: string): string | undefined => /^localpart:\*@(.+)$/s.exec(user)?.[1];

/** Destinations are devices: tags, users, hosts and addresses. */
export function checkSshTest({ dst }: SshTest, policy: Policy): void {
  for (const word of dst) {
    const selector = parseSelector(word, policy);
    if (selector.kind === "tag" && !policy.tagOwners.has(selector.name))
      throw new InvalidPolicy(`SSH tests dst contains unknown tag ${quote(word)}`);
    const isDevice =
      ["tag", "user", "undefined"].includes(selector.kind) ||
      (selector.kind === "prefix" && isSingleAddress(selector.prefix));
    if (!isDevice) throw new InvalidPolicy(`SSH tests dst contains disallowed element ${quote(word)}`);
  }
}

const longestPeriod = { text: "168h", seconds: 168 * 3600 };

/** `always`, or a duration as Go writes it: `12h`, `1h30m`. */
function checkPeriod(text: string): void {
  if (text === "" || text === "always") return;
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidPolicy(`time: invalid duration ${quote(text)}`);
  if (seconds < 0) throw new InvalidPolicy(`checkPeriod ${formatDuration(seconds)} must be a positive duration`);
  if (seconds > longestPeriod.seconds) {
    throw new InvalidPolicy(`checkPeriod ${formatDuration(seconds)} is above the max (${longestPeriod.text})`);
  }
}

const unitSeconds: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Seconds; undefined for what Go's `time.ParseDuration` refuses. */
function parseDuration(text: string): number | undefined {
  const [, sign, rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === "0") return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(rest)) return undefined;
  const parts = [...rest.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)];
  const seconds = parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (unitSeconds[unit] ?? 0), 0);
  return sign === "-" ? -seconds : seconds;
}

/** As Go prints it, down to a second: `-1m0s`, `168h0m1s`. */
function formatDuration(seconds: number): string {
  const size = Math.abs(seconds);
  const hours = Math.floor(size / 3600);
  const minutes = Math.floor((size % 3600) / 60);
  const parts = [hours > 0 ? `${hours}h` : "", hours + minutes > 0 ? `${minutes}m` : "", `${size % 60}s`];
  return (seconds < 0 ? "-" : "") + parts.join("");
}
