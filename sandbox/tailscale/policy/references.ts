/**
 * What the server refuses in a well-formed policy file; it names the first fault only. Messages without a mark are those
 * of the live service, as recorded in 2026 by juanfont/headscale (hscontrol/policy/v2/testdata); "our wording" marks the
 * others.
 */
import { parsePrefix } from "./addresses.ts";
import { InvalidPolicy } from "./document.ts";
import { parseHostPorts, parseIp } from "./ports.ts";
import type { Acl, Grant, Policy, SshRule } from "./sections.ts";
import { parseSelector, type Selector } from "./selectors.ts";

const quote = (text: string): string => JSON.stringify(text);

/** Throws `InvalidPolicy`. Returns the groups that identity provisioning does not deliver: the file may name them. */
export function checkReferences(policy: Policy): string[] {
  const unsynced = new Set<string>();
  /** Throws when `word` names a tag, group or IP set that the file does not define. */
  const check = (word: string, prefix = ""): Selector => {
    const selector = parseSelector(word, policy);
    if (selector.kind === "tag" && !policy.tagOwners.has(selector.name)) {
      throw new InvalidPolicy(`${prefix}tag not found: ${quote(selector.name)}`);
    }
    if (selector.kind === "group" && !policy.groups.has(selector.name)) {
      // `group:name@domain` comes from the identity provider, not from the file.
      if (!selector.name.includes("@")) throw new InvalidPolicy(`${prefix}group not found: ${quote(selector.name)}`); // our wording
      unsynced.add(selector.name);
    }
    if (selector.kind === "ipset" && !policy.ipsets.has(selector.name)) {
      throw new InvalidPolicy(`${prefix}ipset not found: ${quote(selector.name)}`); // our wording
    }
    if (selector.kind === "autogroup" && !autogroups.has(selector.name)) {
      throw new InvalidPolicy(`${prefix}unknown autogroup: ${quote(word)}`); // our wording
    }
    return selector;
  };

  checkDefinitions(policy, check);
  for (const acl of policy.acls) checkAcl(acl, policy, check);
  for (const grant of policy.grants) checkGrant(grant, policy, check);
  for (const rule of policy.ssh) checkSsh(rule, check);
  const { routes, services, exitNode } = policy.autoApprovers;
  for (const approver of [...routes.values(), ...services.values(), exitNode].flat()) check(approver);
  for (const target of policy.nodeAttrs.flatMap((entry) => entry.target)) {
    if (check(target).kind === "undefined") throw new InvalidPolicy(`${quote(target)}: invalid address`);
  }
  return [...unsynced];
}

type Check = (word: string, prefix?: string) => Selector;

/** https://tailscale.com/docs/reference/syntax/policy-file#autogroups, and one of policies in the wild (`danger-all`). */
const autogroups = new Set(
  "member admin owner it-admin network-admin billing-admin auditor tagged shared internet self danger-all".split(" "),
);

function checkDefinitions(policy: Policy, check: Check): void {
  for (const [group, members] of [...policy.groups].reverse()) {
    if (!group.startsWith("group:"))
      throw new InvalidPolicy(`groups[${quote(group)}]: group names must start with 'group:'`); // our wording
    for (const member of members) {
      if (member.startsWith("group:")) {
        throw new InvalidPolicy(`groups[${quote(group)}]: ${quote(member)}: group members cannot be recursive`);
      }
      if (!member.includes("@"))
        throw new InvalidPolicy(`groups[${quote(group)}]: ${quote(member)}: group members must be users`); // our wording
    }
  }
  for (const [alias, address] of policy.hosts) {
    if (alias.includes("@")) throw new InvalidPolicy(`hosts[${quote(alias)}]: host names must not contain '@'`); // our wording
    if (!parsePrefix(address)) throw new InvalidPolicy(`hosts[${quote(alias)}]: ${quote(address)}: invalid address`); // our wording
  }
  for (const [tag, owners] of policy.tagOwners) {
    const place = `tagOwners[${quote(tag)}]: `;
    if (!tag.startsWith("tag:")) throw new InvalidPolicy(`${place}tag names must start with 'tag:'`); // our wording
    if (!/^tag:[A-Za-z]/.test(tag)) throw new InvalidPolicy(`${place}tag names must start with a letter, after 'tag:'`);
    if (!/^tag:[A-Za-z0-9-]+$/.test(tag))
      throw new InvalidPolicy(`${place}tag names can only contain numbers, letters, or dashes`); // our wording
    for (const owner of owners) {
      const { kind } = check(owner, place);
      if (!["user", "group", "autogroup", "tag"].includes(kind)) {
        throw new InvalidPolicy(`${place}${quote(owner)}: owners are users, groups, autogroups and tags`); // our wording
      }
    }
  }
}

function checkAcl(acl: Acl, policy: Policy, check: Check): void {
  if (acl.action !== "accept") throw new InvalidPolicy(`action=${quote(acl.action)} is not supported`);
  const sources = acl.src.map((word) => checkSource(word, check));
  for (const word of acl.dst) {
    const { host } = parseHostPorts(word, acl.proto);
    const destination = check(host, `dst=${quote(host)}: `);
    // Unlike grants, access rules may pair it with `*`.
    if (isSelf(destination)) checkSelf(sources.filter(({ kind }) => kind !== "any"));
    checkDestination(destination, host, policy);
  }
}

/**
 * `src` and `dst` may be empty: the service accepts that, and the grant applies to nothing. The same goes for a destination
 * that is no selector, such as a machine's name (tailscale/tailscale#5532).
 */
function checkGrant(grant: Grant, policy: Policy, check: Check): void {
  if (grant.ip.length === 0 && grant.app.size === 0) throw new InvalidPolicy("ip and app cannot both be empty");
  const sources = grant.src.map((word) => checkSource(word, check));
  for (const word of grant.dst) {
    const destination = check(word, `dst=${quote(word)}: `);
    if (isSelf(destination)) checkSelf(sources);
    checkDestination(destination, word, policy);
    if (destination.kind === "autogroup" && destination.name === "internet" && grant.app.size > 0) {
      throw new InvalidPolicy("cannot use app grants with autogroup:internet");
    }
  }
  for (const ip of grant.ip) parseIp(ip);
  for (const capability of grant.app.keys()) checkCapability(capability);
  for (const tag of grant.via) {
    if (!tag.startsWith("tag:")) throw new InvalidPolicy("via can only be a tag");
    if (!policy.tagOwners.has(tag)) throw new InvalidPolicy(`tag ${quote(tag)} not found`);
  }
}

/** Only the name is looked at; what the capability says is its application's business. */
function checkCapability(name: string): void {
  if (!/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\/.+$/.test(name)) {
    throw new InvalidPolicy("capability name must have the form {domain}/{path}");
  }
  // The names known to be refused. Others of the domain, such as `tailscale.com/cap/aperture`, are for policies to give.
  if (["funnel", "ingress", "relay-target"].some((path) => name === `tailscale.com/cap/${path}`)) {
    throw new InvalidPolicy("capability name must not be in the tailscale.com domain");
  }
}

function checkSource(word: string, check: Check): Selector {
  const source = check(word, "src=");
  if (isSelf(source)) throw new InvalidPolicy('"autogroup:self" not valid on the src side of a rule');
  if (source.kind === "autogroup" && source.name === "internet") {
    throw new InvalidPolicy('"autogroup:internet" not valid on the src side of a rule'); // our wording
  }
  return source;
}

function checkDestination(destination: Selector, word: string, policy: Policy): void {
  if (destination.kind === "autogroup" && destination.name === "danger-all") {
    throw new InvalidPolicy("cannot use autogroup:danger-all as a dst");
  }
  if (destination.kind === "prefix" && destination.prefix.bits === 0 && !policy.hosts.has(word)) {
    throw new InvalidPolicy(`dst ${quote(word)}: to allow all IP addresses, use "*" or "autogroup:internet"`);
  }
}

const isSelf = (selector: Selector): boolean => selector.kind === "autogroup" && selector.name === "self";

function checkSelf(sources: Selector[]): void {
  const hasUsers = (source: Selector) =>
    source.kind === "user" ||
    source.kind === "group" ||
    source.kind === "users of a domain" ||
    (source.kind === "autogroup" && source.name !== "tagged");
  if (!sources.every(hasUsers)) {
    throw new InvalidPolicy("autogroup:self can only be used with users, groups, or supported autogroups");
  }
}

/** `checkPeriod` and `acceptEnv` are not looked at. */
function checkSsh(rule: SshRule, check: Check): void {
  const action = rule.action.trim();
  if (action === "") throw new InvalidPolicy("action must be specified");
  if (action !== "accept" && action !== "check") throw new InvalidPolicy(`${quote(rule.action)} is not a valid action`);
  if (rule.users.length === 0) throw new InvalidPolicy("users must be specified");
  for (const user of rule.users)
    if (user === "" || user === "*") throw new InvalidPolicy(`user ${quote(user)} is not valid`);
  for (const word of rule.src) check(word, "src=");
  for (const word of rule.dst) {
    if (["any", "prefix", "undefined"].includes(check(word, "dst=").kind))
      throw new InvalidPolicy(`invalid dst ${quote(word)}`);
  }
}
