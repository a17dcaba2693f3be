/** Credentials that an interrupted run made in the tailnet and could not note in the state. */
import * as pulumi from "@pulumi/pulumi";
import * as texts from "../core/messages/claim.ts";
import { formatMessage } from "../core/messages/entry.ts";
import { TailnetConnection } from "../services/tailscale/connection.ts";
import { KeysApi, type TailnetKey } from "../services/tailscale/keys.ts";
import { removeLeftover } from "../services/tailscale/leftovers.ts";
import { createRuntime } from "../services/tailscale/runtime.ts";
import { bindToRun, makeHooksEachRun } from "./run-hooks.ts";

const keyTypes: Record<string, string> = {
  "tailscale:index/federatedIdentity:FederatedIdentity": "federated",
  "tailscale:index/oauthClient:OauthClient": "client",
};

/** The keys that are the same credential as a newly made one: its description names claim, repository and rotation. */
export function findTwins(
  keys: TailnetKey[],
  made: { id: string; keyType: string; description: string },
): TailnetKey[] {
  return keys.filter(
    ({ id, keyType, description }) => id !== made.id && keyType === made.keyType && description === made.description,
  );
}

/**
 * The hooks of a credential of a stack with a claim: after its creation its twins are deleted. Where the answer to an earlier
 * creation got lost, or the engine ended before it had written its state, the tailnet has a credential that no state knows.
 *
 * It never fails a run: the credential itself is made. A trust credential sees the keys of its own kind only, so an OAuth
 * client as deployer does not find a federated identity that was left.
 */
export const createLeftoverHooks = makeHooksEachRun("registerResourceHook", () => ({
  afterCreate: [new pulumi.ResourceHook("claude-aperture-remove-leftovers", bindToRun(leftoverRemover()))],
}));

function leftoverRemover(): pulumi.ResourceHookFunction {
  const tailnet = new TailnetConnection(createRuntime(), {});
  const api = new KeysApi(tailnet);
  let listed: Promise<TailnetKey[]> | undefined;
  return async ({ id, type, newInputs }) => {
    const { description } = newInputs as { description?: string };
    const keyType = keyTypes[type];
    if (!keyType || !description) return;
    try {
      // What an earlier run left was there before the first creation of this one.
      listed ??= api.list();
      for (const key of findTwins(await listed, { id, keyType, description })) {
        const { severity, message } = await removeLeftover(api, key);
        await pulumi.log[severity === "warning" ? "warn" : "info"](message);
      }
    } catch (error) {
      const said = tailnet.redact(error instanceof Error ? error.message : String(error));
      pulumi.log.warn(formatMessage(texts.leftoversUnseen, { said }));
    }
  };
}
