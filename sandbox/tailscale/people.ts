/** What a test does in the place of an administrator in the admin console. */
import { createKey, updateKey } from "./credentials.ts";
import { judgePolicy } from "./policy/judge.ts";
import { announce, type Device, type FederatedIdentity, type Key, owner, type TailscaleState } from "./state.ts";

const administrator = { kind: "user", userId: owner.userId } as const;

/** Saves the policy file from the console's editor, which judges it as the API does. Throws an Error with what is wrong with it. */
export function savePolicy(state: TailscaleState, text: string): void {
  const verdict = judgePolicy(text, state);
  if (verdict.kind === "invalid") {
    const findings = verdict.findings.flatMap(({ user, errors = [] }) =>
      errors.map((error) => `\n  ${user}: ${error}`),
    );
    throw new Error(`The console refuses it: ${verdict.message}${findings.join("")}`);
  }
  state.policy = text;
}

/** The key or credential of that id. Throws when there is none. */
export function keyOf(state: TailscaleState, id: string): Key {
  const key = state.keys.get(id);
  if (!key) throw new Error(`no key ${id}`);
  return key;
}

/** Devices that joined with it stay. */
export function deleteKey(state: TailscaleState, id: string): void {
  state.keys.delete(keyOf(state, id).id);
}

/** Changes a federated identity. Throws an Error with the console's reason where it does not take the change. */
export function editIdentity(
  state: TailscaleState,
  id: string,
  change: Partial<Pick<FederatedIdentity, "subject" | "customClaimRules" | "tags" | "scopes">>,
): Key {
  const key = keyOf(state, id);
  if (key.keyType !== "federated") throw new Error(`${id} is no federated identity`);
  const { description, scopes, tags, audience, issuer, subject, customClaimRules } = key;
  const request = { keyType: "federated" as const, description, scopes, tags, audience, issuer, subject };
  return updateKey(state, administrator, key, { ...request, customClaimRules, ...change });
}

/** Makes a federated identity for runners of GitHub, as the how-to has it. */
export function addIdentity(
  state: TailscaleState,
  { subject, tags, issuer }: Pick<FederatedIdentity, "subject" | "tags" | "issuer">,
): Key {
  const request = { description: "made by hand", scopes: ["auth_keys"], audience: "", customClaimRules: {} };
  return createKey(state, administrator, { keyType: "federated", ...request, subject, tags, issuer }).key;
}

/** The device of that MagicDNS name, or of its first label. Throws when there is none. */
export function deviceOf(state: TailscaleState, name: string): Device {
  const device = state.devices.find((one) => one.name === name || one.name.startsWith(`${name}.`));
  if (!device) throw new Error(`no device ${name}`);
  return device;
}

/** Gives the device another first label in MagicDNS; its host name stays its own. */
export function renameDevice(state: TailscaleState, name: string, label: string): Device {
  const device = deviceOf(state, name);
  const renamed = [label, ...device.name.split(".").slice(1)].join(".");
  if (state.devices.some((one) => one.name === renamed)) throw new Error(`${renamed} exists`);
  Object.assign(device, { name: renamed });
  announce(state);
  return device;
}
