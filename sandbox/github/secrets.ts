/** Actions secrets. https://docs.github.com/en/rest/actions/secrets */
import { type Context, Hono } from "hono";
import { adminOnly } from "./access.ts";
import { invalidRequest, notFound, page, Refusal, readBody } from "./answers.ts";
import type { Env } from "./authentication.ts";
import type { SecretMetadata, SecretStore } from "./secret-store.ts";

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

/** Below `/repos/:owner/:repo/actions/secrets` and `/repos/:owner/:repo/environments/:environment/secrets`. */
export function secretRoutes(storeOf: (c: Context<Env>) => SecretStore): Hono<Env> {
  return new Hono<Env>()
    .use(adminOnly)
    .get("/", (c) => {
      const secrets = [...storeOf(c).metadata.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      return c.json({ total_count: secrets.length, secrets: page(c, secrets).map(secretJson) });
    })
    .get("/public-key", (c) => {
      const { id, base64: key } = storeOf(c).publicKey;
      return c.json({ key_id: id, key });
    })
    .get("/:name", (c) => {
      const secret = storeOf(c).get(c.req.param("name"));
      if (!secret) throw notFound();
      return c.json(secretJson(secret));
    })
    .put("/:name", async (c) => {
      const secrets = storeOf(c);
      checkName("Secret", c.req.param("name"));
      const body = await readBody(c, { encrypted_value: "string", key_id: "string" });
      // GitHub's own text repeats the value; this one does not.
      if (!base64.test(body.encrypted_value)) throw invalidRequest(`"encrypted_value" does not match ${base64}.`);
      const value = body.key_id === secrets.publicKey.id ? secrets.open(body.encrypted_value) : undefined;
      if (value === undefined) throw new Refusal(422, "improperly encrypted secret", "rest/actions/secrets");
      return secrets.set(c.req.param("name"), value) === "created" ? c.json({}, 201) : c.body(null, 204);
    })
    .delete("/:name", (c) => {
      if (!storeOf(c).delete(c.req.param("name"))) throw notFound();
      return c.body(null, 204);
    });
}

/** https://docs.github.com/en/actions/reference/security/secrets#naming-your-secrets; variables follow the same rules. */
export function checkName(kind: "Secret" | "Variable", name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new Refusal(
      422,
      `${kind} names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). ` +
        "Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).",
    );
  }
  if (/^GITHUB_/i.test(name)) throw new Refusal(422, `${kind} names must not start with GITHUB_.`);
}

export const secretJson = ({ name, createdAt, updatedAt }: SecretMetadata): object => ({
  name,
  created_at: createdAt,
  updated_at: updatedAt,
});
