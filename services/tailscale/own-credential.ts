/** What the credential in the environment is, and what it may do, as far as that can be read. */
import { z } from "zod";
import { readJson } from "../answer.ts";
import type { TailnetConnection } from "./connection.ts";
import { type Credential, type ProviderSettings, readConnection } from "./credentials.ts";
import type { Runtime } from "./runtime.ts";

/** What a trust credential may do. */
export interface CredentialRights {
  scopes: string[];
  /** Absent where only its access token said what it may do. */
  tags?: string[];
}

export interface OwnCredential {
  kind: Credential["kind"];
  /** Of a trust credential; no secret. */
  clientId?: string;
}

/** Which of the documented kinds is set. Makes no request. @throws {CredentialError} where none is, or more than one. */
export function identifyCredential(settings: ProviderSettings, runtime: Runtime): OwnCredential {
  const { credential } = readConnection(settings, runtime);
  return credential.kind === "apiKey"
    ? { kind: credential.kind }
    : { kind: credential.kind, clientId: credential.clientId };
}

const keyAnswer = z.looseObject({ scopes: z.array(z.string()), tags: z.array(z.string()).nullish() });

/**
 * A credential's own entry among the keys, which it may see; otherwise the scopes that its access token came with. Undefined for a
 * user's API key, whose rights are its user's role, and where neither says anything.
 *
 * @throws {ConnectionError} @throws {CredentialError}
 */
export async function readOwnRights(
  tailnet: TailnetConnection,
  { kind, clientId }: OwnCredential,
): Promise<CredentialRights | undefined> {
  if (kind === "apiKey" || clientId === undefined) return undefined;
  const response = await tailnet.send(`keys/${encodeURIComponent(clientId)}`, { method: "GET", retry: "always" });
  const key = response.status === 200 ? keyAnswer.safeParse(readJson(response)).data : undefined;
  if (key) return { scopes: key.scopes, tags: key.tags ?? [] };
  const scopes = tailnet.grantedScopes();
  return scopes && { scopes };
}
