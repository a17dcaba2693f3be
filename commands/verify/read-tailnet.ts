/** Reads the tailnet: the policy file, the devices, and the credentials. */
import type {
  Fact,
  LivePolicy,
  Setup,
  StackFacts,
  TailnetCredential,
  TailnetCredentials,
} from "../../core/checks/facts.ts";
import { isUnread } from "../../core/checks/facts.ts";
import { listDevices } from "../../services/tailscale/devices.ts";
import { readMagicDns } from "../../services/tailscale/dns.ts";
import { KeysApi, type TailnetKey } from "../../services/tailscale/keys.ts";
import { PolicyApi } from "../../services/tailscale/policy-file.ts";
import { type Connections, readFact, toUnread } from "./connections.ts";

export async function readTailnet(
  { tailnet }: Pick<Connections, "tailnet">,
  setup: Fact<Setup>,
): Promise<Pick<StackFacts, "policy" | "devices" | "magicDns" | "credentials">> {
  const [policy, devices, magicDns, credentials] = await Promise.all([
    readFact(async (): Promise<LivePolicy> => ({ text: (await new PolicyApi(tailnet).read()).text })),
    readFact(() => listDevices(tailnet)),
    readFact(() => readMagicDns(tailnet)),
    readFact(() => readCredentials(new KeysApi(tailnet), tailnet.isUser(), isUnread(setup) ? [] : setup.clientIds)),
  ]);
  return { policy, devices, magicDns, credentials };
}

/**
 * Those that the list shows. A trust credential lists its own kind only, and a list may leave out what a credential may do: those of the
 * stack are then asked for one by one.
 */
async function readCredentials(keys: KeysApi, isWhole: boolean, own: Iterable<string>): Promise<TailnetCredentials> {
  const found = new Map((await keys.list()).map((key) => [key.id, key]));
  const unseen = new Map<string, string>();
  await Promise.all(
    [...own].map(async (id) => {
      const listed = found.get(id);
      // A whole list has each that there is.
      if (listed ? isComplete(listed) : isWhole) return;
      try {
        const key = await keys.find(id);
        if (key) found.set(id, key);
        else found.delete(id);
      } catch (error) {
        unseen.set(id, toUnread(error).unread);
      }
    }),
  );
  const listed = [...found.values()];
  return { listed: listed.flatMap(toCredential), isWhole: isWhole && listed.every(isComplete), unseen };
}

/** Nothing that is judged is left out. Keys of users have neither scopes nor a subject. */
function isComplete({ scopes, tags, keyType, subject }: TailnetKey): boolean {
  if (keyType !== "federated" && keyType !== "client") return keyType !== undefined;
  return Array.isArray(scopes) && Array.isArray(tags) && (keyType === "client" || typeof subject === "string");
}

const kinds: Record<string, TailnetCredential["kind"]> = { federated: "federated", client: "oauth", auth: "auth" };

/** Of a user's API access token nothing joins a tailnet, and an auth key that is used up or over lets nobody in. */
function toCredential(key: TailnetKey): TailnetCredential[] {
  const kind = kinds[key.keyType ?? ""];
  const isOver = key.invalid || key.revoked || (key.expires && Date.parse(key.expires) < Date.now());
  if (!kind || (kind === "auth" && isOver)) return [];
  const { id, description = "", scopes, tags, subject, customClaimRules, issuer, audience, created, updated } = key;
  return [
    {
      ...{ id, kind, description },
      scopes: scopes ?? [],
      tags: tags ?? key.capabilities?.devices?.create?.tags ?? [],
      ...(subject ? { subject } : {}),
      ...(customClaimRules ? { rules: customClaimRules } : {}),
      ...(issuer ? { issuer } : {}),
      ...(audience ? { audience } : {}),
      ...timeOf("created", created),
      ...timeOf("updated", updated),
    },
  ];
}

function timeOf<Name extends string>(name: Name, text: string | null | undefined): { [name in Name]?: number } {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? {} : ({ [name]: time } as { [name in Name]: number });
}
