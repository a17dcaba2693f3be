/** What administrators do in the admin console with credentials and devices. */
import {
  addIdentity,
  deleteKey,
  deviceOf,
  editIdentity,
  type Key,
  keyOf,
  renameDevice,
  type TailscaleState,
} from "../tailscale/index.ts";
import { command, oneOf, word, words } from "./command.ts";

const device = word("DEVICE");
const credential = word("ID");

export const consoleCommands = [
  command({
    name: "console credentials",
    does: "lists the credentials of the tailnet with their ids",
    example: "console credentials",
    takes: {},
    perform: ({ tailscale }) =>
      listCredentials(tailscale.state).map(describeCredential).join("\n") || "The tailnet has no credentials.",
  }),
  command({
    name: "console delete-credential",
    does: "deletes a federated identity, an OAuth client or an auth key",
    example: "console delete-credential TexampleCNTRL-kexampleCNTRL",
    takes: { id: credential },
    perform({ tailscale: { state } }, given) {
      const key = credentialOf(state, given.id);
      deleteKey(state, key.id);
      return `${key.id} is deleted; nobody can join with it any more.`;
    },
  }),
  command({
    name: "console edit-subject",
    does: "gives a federated identity another subject",
    example: "console edit-subject TexampleCNTRL-kexampleCNTRL repo:acme/other:pull_request",
    takes: { id: credential, subject: word("SUBJECT") },
    perform({ tailscale: { state } }, given) {
      const { id } = credentialOf(state, given.id);
      editIdentity(state, id, { subject: given.subject });
      return `${id} accepts the subject ${given.subject} now.`;
    },
  }),
  command({
    name: "console edit-tags",
    does: "gives a federated identity other tags",
    example: "console edit-tags TexampleCNTRL-kexampleCNTRL tag:web",
    takes: { id: credential, tags: words("TAG") },
    perform({ tailscale: { state } }, given) {
      const { id } = credentialOf(state, given.id);
      editIdentity(state, id, { tags: given.tags });
      return `${id} is for ${given.tags.join(", ")} now.`;
    },
  }),
  command({
    name: "console edit-scopes",
    does: "gives a federated identity other scopes",
    example: "console edit-scopes TexampleCNTRL-kexampleCNTRL auth_keys policy_file:read",
    takes: { id: credential, scopes: words("SCOPE") },
    perform({ tailscale: { state } }, given) {
      const { id } = credentialOf(state, given.id);
      editIdentity(state, id, { scopes: given.scopes });
      return `${id} has the scopes ${given.scopes.join(", ")} now.`;
    },
  }),
  command({
    name: "console remove-rules",
    does: "takes the claim rules off a federated identity",
    example: "console remove-rules TexampleCNTRL-kexampleCNTRL",
    takes: { id: credential },
    perform({ tailscale: { state } }, given) {
      const { id } = credentialOf(state, given.id);
      editIdentity(state, id, { customClaimRules: {} });
      return `${id} has no claim rules now.`;
    },
  }),
  command({
    name: "console add-identity",
    does: "makes a federated identity for runners by hand, as the how-to does",
    example: "console add-identity repo:acme/app:* tag:ci",
    takes: { subject: word("SUBJECT"), tags: words("TAG") },
    perform({ tailscale: { state }, github }, given) {
      const { id } = addIdentity(state, { subject: given.subject, tags: given.tags, issuer: github.oidc.issuer });
      return `${id} lets runners with the subject ${given.subject} join as ${given.tags.join(", ")}.`;
    },
  }),
  command({
    name: "console devices",
    does: "lists the devices of the tailnet",
    example: "console devices",
    takes: {},
    perform: ({ tailscale: { state } }) =>
      state.devices
        .map(({ name, tags, user, addresses, connectedToControl }) =>
          [name, tags.join(",") || user, addresses[0], connectedToControl ? "online" : "offline"].join("  "),
        )
        .join("\n") || "The tailnet has no devices.",
  }),
  command({
    name: "console magic-dns",
    does: "switches MagicDNS, by which names of devices resolve",
    example: "console magic-dns off",
    takes: { state: oneOf("off", "on") },
    perform({ tailscale }, given) {
      tailscale.state.magicDns = given.state === "on";
      return `MagicDNS is ${given.state} now.`;
    },
  }),
  command({
    name: "console device offline",
    does: "shows a device as offline",
    example: "console device offline ai",
    takes: { device },
    perform: ({ tailscale }, given) => switchDevice(tailscale.state, given.device, false),
  }),
  command({
    name: "console device online",
    does: "shows it as online again",
    example: "console device online ai",
    takes: { device },
    perform: ({ tailscale }, given) => switchDevice(tailscale.state, given.device, true),
  }),
  command({
    name: "console device rename",
    does: "gives a device another name in MagicDNS",
    example: "console device rename ai gateway",
    takes: { device, name: word("NAME") },
    perform({ tailscale: { state } }, given) {
      const { name } = namedDevice(state, given.device);
      return `${name} is ${renameDevice(state, name, given.name).name} now.`;
    },
  }),
  command({
    name: "console device untag",
    does: "takes a device's tags away: it is its user's then",
    example: "console device untag ai",
    takes: { device },
    perform({ tailscale: { state } }, given) {
      const found = namedDevice(state, given.device);
      found.tags = [];
      return `${found.name} has no tags now; it is ${found.user}'s.`;
    },
  }),
  command({
    name: "console device tag",
    does: "gives a device these tags",
    example: "console device tag ai tag:aperture",
    takes: { device, tags: words("TAG") },
    perform({ tailscale: { state } }, given) {
      const found = namedDevice(state, given.device);
      found.tags = [...given.tags];
      return `${found.name} has the tags ${found.tags.join(", ")} now.`;
    },
  }),
];

function switchDevice(state: TailscaleState, name: string, isOnline: boolean): string {
  const found = namedDevice(state, name);
  found.connectedToControl = isOnline;
  return `${found.name} is ${isOnline ? "online" : "offline"} now.`;
}

const listCredentials = (state: TailscaleState) => [...state.keys.values()].filter(({ keyType }) => keyType !== "auth");

function describeCredential(key: Key): string {
  if (key.keyType === "auth") return key.id;
  const kind = key.keyType === "client" ? "OAuth client" : key.subject;
  return [key.id, key.tags.join(",") || "no tags", kind, key.description].join("  ");
}

function credentialOf(state: TailscaleState, id: string): Key {
  if (state.keys.has(id)) return keyOf(state, id);
  const list = listCredentials(state).map(describeCredential);
  throw new Error([`There is no credential ${id}. There are:`, ...(list.length > 0 ? list : ["none"])].join("\n  "));
}

function namedDevice(state: TailscaleState, name: string) {
  if (state.devices.some((one) => one.name === name || one.name.startsWith(`${name}.`))) return deviceOf(state, name);
  throw new Error(
    `There is no device ${name}. There are ${state.devices.map((one) => one.name).join(", ") || "none"}.`,
  );
}
