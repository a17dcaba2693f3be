/** Who or what a word in `src`, `dst`, `tagOwners` and the like stands for: https://tailscale.com/docs/reference/syntax/grants */
import { type Prefix, parsePrefix } from "./addresses.ts";
import { InvalidPolicy } from "./document.ts";
import type { Policy } from "./sections.ts";

export type Selector =
  | { kind: "any" }
  | { kind: "autogroup"; name: string }
  | { kind: "group"; name: string }
  | { kind: "tag"; name: string }
  | { kind: "service"; name: string }
  | { kind: "ipset"; name: string }
  | { kind: "user"; login: string }
  /** `user:*@example.com` */
  | { kind: "users of a domain"; domain: string }
  /** An address, a prefix, or the alias of one (`hosts`). */
  | { kind: "prefix"; prefix: Prefix }
  /** None of these: as a rule, an alias that `hosts` lacks, such as a machine's name. */
  | { kind: "undefined"; text: string };

/** Spaces around the word do not count, as the server has it. */
export function parseSelector(word: string, { hosts }: Pick<Policy, "hosts">): Selector {
  const text = word.trim();
  if (text === "*") return { kind: "any" };
  const [, scheme, name] = /^(autogroup|group|tag|svc|ipset):(.+)$/s.exec(text) ?? [];
  switch (scheme) {
    case "autogroup":
      return { kind: "autogroup", name: name === "members" ? "member" : (name ?? "") };
    case "group":
    case "tag":
    case "ipset":
      return { kind: scheme, name: text };
    case "svc":
      return { kind: "service", name: text };
  }
  if (text.startsWith("user:*@")) return { kind: "users of a domain", domain: text.slice("user:*@".length) };
  const prefix = parsePrefix(hosts.get(text) ?? text);
  if (prefix) return { kind: "prefix", prefix };
  return text.includes("@") ? { kind: "user", login: text } : { kind: "undefined", text };
}

/** `autogroup:self`: the devices of whoever connects. */
export const isSelf = (selector: Selector): boolean => selector.kind === "autogroup" && selector.name === "self";

export interface IpsetOperation {
  operation: "add" | "remove";
  target: Selector;
  /** As written. */
  word: string;
  isExplicit: boolean;
}

/** The operations of an IP set: `add 10.0.0.0/8`, `remove ipset:lab`; one without a verb adds. */
export function parseIpset(entries: string[], policy: Pick<Policy, "hosts">): IpsetOperation[] {
  return entries.map((entry) => {
    const [, verb, word = ""] = /^\s*(?:(add|remove)\s+)?(?:host:)?(.*)$/s.exec(entry) ?? [];
    return {
      operation: verb === "remove" ? "remove" : "add",
      target: parseSelector(word, policy),
      word: word.trim(),
      isExplicit: verb !== undefined,
    };
  });
}

/** Resolves a word; throws, with `prefix` before the message, when it names what is not defined. */
export type Check = (word: string, prefix?: string) => Selector;

/** `prefix` is `[ssh] ` for the source of an SSH rule. */
export function checkDomain(domain: string, domains: ReadonlySet<string>, prefix = ""): void {
  if (domains.has(domain)) return;
  throw new InvalidPolicy(
    `${prefix}${domain} is not associated with this Tailnet and cannot be used in user:*@<domain> expressions`,
  );
}
