/** Deletes a credential that nobody's state knows, and says so. */
import * as texts from "../../core/messages/claim.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import type { KeysApi, TailnetKey } from "./keys.ts";

/** What to tell people of it. A refusal is a warning: what was asked for is done all the same. */
export async function removeLeftover(
  api: KeysApi,
  { id, description = "" }: TailnetKey,
): Promise<{ severity: "info" | "warning"; message: string }> {
  const status = await api.delete(id);
  if (status < 300 || status === 404)
    return { severity: "info", message: formatMessage(texts.leftoverDeleted, { id, description }) };
  return { severity: "warning", message: formatMessage(texts.leftoverRemains, { id, description, status }) };
}
