/** What a client asks before it begins: is somebody there, which providers and models are for me. */
import type { Context, Hono } from "hono";
import { unknownRoute } from "../service.ts";
import { accessOf, modelAccessOf } from "./access.ts";
import { Refusal } from "./answers.ts";
import { callerOf } from "./caller.ts";
import { configurationOf, type Provider } from "./configuration.ts";
import type { ApertureState } from "./state.ts";

/** Of models; the service's own dates are not known here. */
const created = "2026-01-01T00:00:00Z";

export function addListRoutes(app: Hono, state: ApertureState, frontSecret: string): void {
  /** Providers with those of their models that the caller's grants cover. */
  const granted = (c: Context): [key: string, provider: Provider][] => {
    const caller = callerOf(c, frontSecret, state.direct);
    const configuration = configurationOf(state.configuration);
    const access = accessOf(caller, configuration);
    if (!access.role) throw new Refusal(403, "access denied: no role granted");
    return Object.entries(configuration.providers).map(([key, provider]) => [
      key,
      { ...provider, models: provider.models.filter((model) => modelAccessOf(access, `${key}/${model}`)) },
    ]);
  };

  // Claude Code sends this before its first request, without a key.
  app.get("/api/hello", (c) => {
    if (c.req.method !== "HEAD") return unknownRoute(c);
    callerOf(c, frontSecret, state.direct);
    return c.body(null, 200);
  });

  // Only what the caller may use: that the service does so, too, is not documented.
  app.get("/api/providers", (c) =>
    c.json(
      granted(c).map(([id, { name = id, description = "", models, compatibility = {} }]) => ({
        ...{ id, name, description, models, compatibility },
      })),
    ),
  );

  app.get("/v1/models", (c) => {
    const ids = [...new Set(granted(c).flatMap(([, { models }]) => models))];
    return c.json({
      data: ids.map((id) => ({ type: "model", id, display_name: id, created_at: created })),
      has_more: false,
      first_id: ids[0] ?? null,
      last_id: ids.at(-1) ?? null,
    });
  });
}
