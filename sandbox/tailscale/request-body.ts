/** The bodies of the key endpoints. Unknown members are refused, so that a misspelt one is not lost. */
import type { Context } from "hono";
import { z } from "zod";
import { ApiError, readText } from "./answers.ts";

/** Go's encoder writes a nil slice or map as null. */
const strings = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const text = z.string().optional().default("");

const trustCredential = { description: text, scopes: strings, tags: strings };

const flag = z.boolean().optional().default(false);
const deviceCreation = z.strictObject({ reusable: flag, ephemeral: flag, preauthorized: flag, tags: strings });

const auth = z.strictObject({
  keyType: z.literal("auth").optional().default("auth"),
  description: text,
  expirySeconds: z.int().nonnegative().optional().default(0),
  capabilities: z.strictObject({
    devices: z.strictObject({ create: deviceCreation.optional().default(() => deviceCreation.parse({})) }),
  }),
});

const client = z.strictObject({ keyType: z.literal("client"), ...trustCredential });

const federated = z.strictObject({
  keyType: z.literal("federated"),
  ...trustCredential,
  audience: text,
  issuer: text,
  subject: text,
  customClaimRules: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? {}),
});

const schemas = { auth, client, federated };

export type AuthKeyRequest = z.output<typeof auth>;
export type OAuthClientRequest = z.output<typeof client>;
export type FederatedIdentityRequest = z.output<typeof federated>;
export type KeyRequest = AuthKeyRequest | OAuthClientRequest | FederatedIdentityRequest;

/** Reads the body of `POST .../keys` or `PUT .../keys/{id}`. Throws 400; the texts are our wording. */
export async function readKeyRequest(c: Context): Promise<KeyRequest> {
  let body: unknown;
  try {
    body = JSON.parse(await readText(c));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ApiError(400, "the body is not JSON");
    throw error;
  }
  const { keyType } = z.looseObject({ keyType: z.string().optional().default("auth") }).safeParse(body).data ?? {};
  const schema = Object.entries(schemas).find(([type]) => type === keyType)?.[1];
  if (!schema) throw new ApiError(400, `unknown keyType ${JSON.stringify(keyType)}`);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ApiError(400, `${issue?.path.join(".") || "body"}: ${issue?.message}`);
}
