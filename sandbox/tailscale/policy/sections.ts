/** The sections of the tailnet policy file: https://tailscale.com/docs/reference/syntax/policy-file */
import { anything, boolean, fields, list, map, optional, string } from "./decoder.ts";
import type { Document } from "./document.ts";

const strings = list(string);

const acl = fields({
  action: string,
  proto: string,
  src: strings,
  dst: strings,
  srcPosture: strings,
  // The names of earlier years for `src` and `dst`.
  users: strings,
  ports: strings,
});

const grant = fields({
  src: strings,
  dst: strings,
  ip: strings,
  app: map(list(map(anything))),
  srcPosture: strings,
  via: strings,
});

const test = fields({
  src: string,
  proto: string,
  accept: strings,
  deny: strings,
  srcPostureAttrs: map(anything),
  // The names of earlier years for `src` and `accept`.
  user: string,
  allow: strings,
});

const ssh = fields({
  action: string,
  src: strings,
  dst: strings,
  users: strings,
  checkPeriod: string,
  acceptEnv: strings,
  srcPosture: strings,
  recorder: strings,
  enforceRecorder: boolean,
});

const sshTest = fields({
  src: string,
  dst: strings,
  accept: strings,
  check: strings,
  deny: strings,
  srcPostureAttrs: map(anything),
});

const nodeAttribute = fields({ target: strings, attr: strings, app: anything, ipPool: strings });

const policy = fields({
  groups: map(strings),
  hosts: map(string),
  tagOwners: map(strings),
  acls: optional(list(acl)),
  grants: optional(list(grant)),
  tests: list(test),
  ssh: list(ssh),
  autoApprovers: fields({ routes: map(strings), exitNode: strings, services: map(strings) }),
  nodeAttrs: list(nodeAttribute),
  sshTests: list(sshTest),
  // Of these only the outer form is checked, but for IP sets: nothing that this project writes changes what they mean.
  postures: map(strings),
  defaultSrcPosture: strings,
  ipsets: map(strings),
  attrConfig: map(anything),
  derpMap: anything,
  disableIPv4: boolean,
  oneCGNATRoute: anything,
  randomizeClientPort: boolean,
});

export type Acl = ReturnType<typeof acl>;
export type Grant = ReturnType<typeof grant>;
export type SshRule = ReturnType<typeof ssh>;
export type SshTest = ReturnType<typeof sshTest>;
export type NodeAttribute = ReturnType<typeof nodeAttribute>;
export type PolicyTest = ReturnType<typeof test>;
export type Policy = Omit<ReturnType<typeof policy>, "acls" | "grants"> & {
  acls: Acl[];
  grants: Grant[];
  /** Without both sections everything in the tailnet may reach everything; an empty one is a denial of all. */
  allowsAll: boolean;
};

/** Throws `InvalidPolicy` for a wrong type or an unknown name. */
export function decodePolicy(document: Document): Policy {
  const decoded = policy(document.root, document);
  const { acls, grants, tests } = decoded;
  return {
    ...decoded,
    acls: (acls ?? []).map(currentAcl),
    grants: grants ?? [],
    allowsAll: acls === undefined && grants === undefined,
    tests: tests.map(currentTest),
  };
}

/** The body of `POST /acl/validate` that is an array. Throws as `decodePolicy` does. */
export function decodeTests(document: Document): PolicyTest[] {
  return list(test)(document.root, document).map(currentTest);
}

const currentAcl = (rule: Acl): Acl => ({
  ...rule,
  src: [...rule.src, ...rule.users],
  dst: [...rule.dst, ...rule.ports],
});

const currentTest = (entry: PolicyTest): PolicyTest => ({
  ...entry,
  src: entry.src || entry.user,
  accept: [...entry.accept, ...entry.allow],
});
