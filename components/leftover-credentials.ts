/** Credentials that an interrupted run made in the tailnet and could not note in the state. */
import * as pulumi from "@pulumi/pulumi";
import { TailnetConnection } from "../services/tailscale/connection.ts";
import { processRuntime } from "../services/tailscale/runtime.ts";
import { hooksOfRun, inThisRun } from "./run-hooks.ts";

/** A key of the tailnet, as `GET /keys` lists it; https://tailscale.com/api#tag/keys */
interface ListedKey {
  id: string;
  keyType?: string;
  description?: string;
}

const keyTypes: Record<string, string> = {
  "tailscale:index/federatedIdentity:FederatedIdentity": "federated",
  "tailscale:index/oauthClient:OauthClient": "client",
};

/** The keys that are the same credential as a newly made one: its description names stack, repository and rotation. */
export function leftovers(keys: ListedKey[], made: { id: string; keyType: string; description: string }): ListedKey[] {
  return keys.filter(
    ({ id, keyType, description }) => id !== made.id && keyType === made.keyType && description === made.description,
  );
}

/**
 * The hooks of a credential: after its creation its twins are deleted. Where the answer to an earlier creation got lost, or the engine ended
 * before it had written its state, the tailnet has a credential that no state knows.
 *
 * It never fails a run: the credential itself is made. A trust credential sees the keys of its own kind only, so an OAuth
 * client as deployer does not find a federated identity that was left.
 */
export const removesLeftovers = hooksOfRun("registerResourceHook", () => ({
  afterCreate: [new pulumi.ResourceHook("claude-aperture-remove-leftovers", inThisRun(leftoverRemover()))],
}));

function leftoverRemover(): pulumi.ResourceHookFunction {
  const tailnet = new TailnetConnection(processRuntime(), {});
  let listed: Promise<ListedKey[]> | undefined;
  return async ({ id, type, newInputs }) => {
    const { description } = newInputs as { description?: string };
    const keyType = keyTypes[type];
    if (!keyType || !description) return;
    try {
      // What an earlier run left was there before the first creation of this one.
      listed ??= listKeys(tailnet);
      for (const key of leftovers(await listed, { id, keyType, description })) await remove(tailnet, key, description);
    } catch (error) {
      const reason = tailnet.redact(error instanceof Error ? error.message : String(error));
      pulumi.log.warn(`Credentials "${description}" of an interrupted run were not looked for: ${reason}`);
    }
  };
}

async function listKeys(tailnet: TailnetConnection): Promise<ListedKey[]> {
  // `all` is for users: a trust credential would need the scope all:read, and lists what it manages without.
  const path = tailnet.isUser() ? "keys?all=true" : "keys";
  const { status, body } = await tailnet.send(path, { method: "GET", retry: "always" });
  if (status !== 200) throw new Error(`Tailscale answered ${status} to GET /keys.`);
  return (JSON.parse(body) as { keys?: ListedKey[] }).keys ?? [];
}

async function remove(tailnet: TailnetConnection, { id }: ListedKey, description: string): Promise<void> {
  const { status } = await tailnet.send(`keys/${encodeURIComponent(id)}`, { method: "DELETE", retry: "always" });
  if (status < 300 || status === 404) {
    pulumi.log.info(`Deleted the credential ${id} ("${description}"), which an interrupted run had left.`);
  } else {
    pulumi.log.warn(
      `The credential ${id} ("${description}") was left by an interrupted run, and Tailscale answered ${status} to its ` +
        "deletion. Delete it: https://login.tailscale.com/admin/settings/trust-credentials",
    );
  }
}
