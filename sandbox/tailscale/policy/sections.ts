/** The sections of the tailnet policy file: https://tailscale.com/docs/reference/syntax/policy-file */
import { anything, boolean, fields, list, map, string } from "./decoder.ts";
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

const policy = fields({
  groups: map(strings),
  hosts: map(string),
  tagOwners: map(strings),
  acls: list(acl),
  grants: list(grant),
  tests: list(test),
  ssh: list(ssh),
  autoApprovers: fields({ routes: map(strings), exitNode: strings, services: map(strings) }),
  nodeAttrs: list(fields({ target: strings, attr: strings, app: anything, ipPool: strings })),
  // Only their outer form is checked: nothing that this project writes changes what they mean.
  sshTests: list(anything),
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
export type PolicyTest = ReturnType<typeof test>;
export type Policy = ReturnType<typeof policy>;

/** Throws `InvalidPolicy` for a wrong type or an unknown name. */
export function decodePolicy(document: Document): Policy {
  const decoded = policy(document.root, document);
  return { ...decoded, acls: decoded.acls.map(currentAcl), tests: decoded.tests.map(currentTest) };
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
