/**
 * What the server refuses in a well-formed policy file; it names the first fault only. Messages without a mark are those
 * of the live service, as recorded in 2026 by juanfont/headscale (hscontrol/policy/v2/testdata); "our wording" marks the
 * others.
 */
import { parsePrefix, poolStatus } from "./addresses.ts";
import type { Tailnet } from "./coverage.ts";
import { InvalidPolicy } from "./document.ts";
import { parseHostPorts, parseIp } from "./ports.ts";
import type { Acl, Grant, NodeAttribute, Policy } from "./sections.ts";
import { type Check, checkDomain, isSelf, parseIpset, parseSelector, type Selector } from "./selectors.ts";
import { checkSshRule, checkSshTest } from "./ssh.ts";

const quote = (text: string): string => JSON.stringify(text);

/** Throws `InvalidPolicy`. Returns the groups that identity provisioning does not deliver: the file may name them. */
export function checkReferences(policy: Policy, { domains }: Pick<Tailnet, "domains">): string[] {
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
    if (selector.kind === "users of a domain") checkDomain(selector.domain, domains);
    return selector;
  };

  checkDefinitions(policy, check);
  for (const acl of policy.acls) checkAcl(acl, policy, check);
  for (const grant of policy.grants) checkGrant(grant, policy, check);
  for (const rule of policy.ssh) checkSshRule(rule, check, domains);
  for (const test of policy.sshTests) checkSshTest(test, policy);
  const { routes, services, exitNode } = policy.autoApprovers;
  for (const approver of [...routes.values(), ...services.values(), exitNode].flat()) check(approver);
  for (const attribute of policy.nodeAttrs) checkNodeAttribute(attribute, check);
  return [...unsynced];
}

function checkNodeAttribute({ target, ipPool }: NodeAttribute, check: Check): void {
  for (const word of target) {
    const selector = check(word);
    if (selector.kind === "undefined") throw new InvalidPolicy(`${quote(word)}: invalid address`);
    // The service answers so, with status 500.
    if (isSelf(selector)) throw new InvalidPolicy("internal server error");
  }
  for (const text of ipPool) {
    const prefix = parsePrefix(text);
    const status = prefix ? poolStatus(prefix) : "elsewhere";
    if (status === "reserved") throw new InvalidPolicy(`IPPool(${text}): network within reserved range`);
    if (status === "elsewhere") throw new InvalidPolicy(`IPPool(${text}): not in 100.64.0.0/10`); // our wording
  }
}

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
  for (const name of policy.ipsets.keys()) checkIpset(name, policy, check);
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

/** https://tailscale.com/kb/1387; the wording is ours. */
function checkIpset(name: string, policy: Policy, check: Check): void {
  const refuse = (reason: string) => new InvalidPolicy(`ipsets[${quote(name)}]: ${reason}`);
  if (!name.startsWith("ipset:")) throw refuse("names of IP sets must start with 'ipset:'");
  const operations = parseIpset(policy.ipsets.get(name) ?? [], policy);
  const removes = operations.some(({ operation }) => operation === "remove");
  for (const { target, word, isExplicit } of operations) {
    check(word, `ipsets[${quote(name)}]: `);
    const isInternet = target.kind === "autogroup" && target.name === "internet";
    if (!isInternet && target.kind !== "prefix" && target.kind !== "ipset")
      throw refuse(`${quote(word)}: IP sets hold addresses, prefixes, hosts, other IP sets and autogroup:internet`);
    if (removes && !isExplicit) throw refuse(`${quote(word)}: add or remove must be given where one entry removes`);
  }
  if (reaches(name, name, policy)) throw refuse("IP sets cannot contain themselves");
}

/** Whether the IP set `from` contains `wanted`, directly or by way of others. */
function reaches(from: string, wanted: string, policy: Policy, seen = new Set<string>()): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  return parseIpset(policy.ipsets.get(from) ?? [], policy).some(
    ({ target }) => target.kind === "ipset" && (target.name === wanted || reaches(target.name, wanted, policy, seen)),
  );
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

/** In two words, as the service spells it. */
const canNot = "can not";

/**
 * `src` and `dst` may be empty: the service accepts that, and the grant applies to nothing. The same goes for a destination
 * that is no selector, such as a machine's name (tailscale/tailscale#5532).
 */
function checkGrant(grant: Grant, policy: Policy, check: Check): void {
  if (grant.ip.length === 0 && grant.app.size === 0) throw new InvalidPolicy(`ip and app ${canNot} both be empty`);
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
