/** An organization's Actions secrets, as a repository gets them. https://docs.github.com/en/rest/actions/secrets */
import type { Context } from "hono";
import { sharedSecrets } from "./actions/trust.ts";
import { page, Refusal } from "./answers.ts";
import type { Env } from "./authentication.ts";
import { atLeast } from "./viewer.ts";

/** `/repos/:owner/:repo/actions/organization-secrets`. Whoever may write may see their names. */
export function organizationSecrets(c: Context<Env>): Response {
  if (!atLeast(c.var.permission, "write")) throw new Refusal(403, "Must have admin rights to Repository.");
  const secrets = sharedSecrets(c.var.repository).sort((one, other) => (one.name < other.name ? -1 : 1));
  const shown = page(c, secrets).map(({ name, createdAt, updatedAt }) => ({
    name,
    created_at: createdAt,
    updated_at: updatedAt,
  }));
  return c.json({ total_count: secrets.length, secrets: shown });
}
