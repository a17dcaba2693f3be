/** What the plugin does for a stack's claim: looks for another one of its name, and cleans up behind the last of its resources. */
import {
  describeEvidence,
  type Evidence,
  findEvidence,
  findLeftovers,
  isEmpty,
  type ListedCredential,
} from "../../core/claim/evidence.ts";
import * as texts from "../../core/messages/claim.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import type { Problem } from "../../core/problem.ts";
import { removeLeftover } from "../../services/tailscale/leftovers.ts";
import { ApiError } from "../../services/tailscale/policy-file.ts";
import { isExpected, type OperationContext } from "../resource.ts";
import type { Inputs, Kept } from "./inputs.ts";

/**
 * What stands against a claim. `kept` is what stands in state: a claim that is there has nothing to show, and nothing is
 * asked, unless its name changes to one that it never had. Then `takeOver`, which may have stayed from the first run, counts
 * for nothing: two stacks would become one, and their marks in the policy file cannot.
 */
export async function checkClaim(
  context: OperationContext,
  inputs: Inputs,
  kept: Kept | undefined,
): Promise<Problem[]> {
  if (kept && inputs.takeOver) await context.log("warning", formatMessage(texts.takeOverRemains, {}));
  if (kept && [kept.owner, ...kept.formerly].includes(inputs.owner)) return [];
  try {
    const evidence = await lookAround(context, inputs, kept);
    if (isEmpty(evidence)) return [];
    const found = describeEvidence(evidence);
    const { owner } = inputs;
    if (kept)
      return [{ path: "", message: formatMessage(texts.newNameExists, { previous: kept.owner, owner, found }) }];
    if (!inputs.takeOver) return [{ path: "", message: formatMessage(texts.stackExists, { owner, found }) }];
    await context.log("warning", formatMessage(texts.takenOver, { found }));
    if (evidence.credentials.length > 0) await context.log("warning", formatMessage(texts.oldCredentials, {}));
    return [];
  } catch (error) {
    if (isExpected(error)) return [{ path: "", message: error.message }];
    throw error;
  }
}

/** Deletes what interrupted runs left of the claim's credentials, when all that the state knows are gone. Never fails. */
export async function deleteClaim(context: OperationContext, id: string): Promise<void> {
  try {
    for (const key of findLeftovers(await context.keys.list(), id)) {
      const { severity, message } = await removeLeftover(context.keys, key);
      await context.log(severity, message);
    }
  } catch (error) {
    if (!isExpected(error)) throw error;
    await context.log("warning", formatMessage(texts.leftoversUnseen, { said: error.message }));
  }
}

async function lookAround(context: OperationContext, inputs: Inputs, kept: Kept | undefined): Promise<Evidence> {
  const { owner, repositories = [], workflows = [] } = inputs;
  const { text: policy } = await context.api.read();
  // The credentials of a stack that has a claim are its own, whatever it is called.
  const credentials = kept ? [] : await listCredentials(context);
  return findEvidence({ owner, policy, workflows, repositories, credentials });
}

async function listCredentials(context: OperationContext): Promise<ListedCredential[]> {
  try {
    return await context.keys.list();
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 403)) throw error;
    await context.log("warning", formatMessage(texts.credentialsUnseen, { said: error.message }));
    return [];
  }
}
