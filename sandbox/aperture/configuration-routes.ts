/** `/aperture/*`: the configuration, for admins. The service's own OpenAPI document of 2026-10 is the contract. */
import { createHash } from "node:crypto";
import type { Context, Hono } from "hono";
import { z } from "zod";
import { unknownRoute } from "../service.ts";
import { accessOf } from "./access.ts";
import { type ProblemDetail, Refusal } from "./answers.ts";
import { callerOf } from "./caller.ts";
import { configurationOf, hideKeys, type Reading, readConfiguration } from "./configuration.ts";
import { describeOperations, type Operation } from "./openapi.ts";
import type { ApertureState } from "./state.ts";
import { saveConfiguration } from "./switches.ts";

export function addConfigurationRoutes(app: Hono, state: ApertureState, frontSecret: string): void {
  const answer = (c: Context) => {
    const { configuration } = state;
    return c.json({ config: hideKeys(configuration) }, 200, { etag: eTagOf(configuration) });
  };

  const operations: Operation[] = [
    {
      ...{ method: "get", path: "/config", id: "get-config", summary: "Get configuration" },
      ...{ response: "GetConfigBody", hasETag: true, failures: [403] },
      handle: answer,
    },
    {
      ...{ method: "put", path: "/config", id: "set-config", summary: "Update configuration" },
      ...{ request: "SetConfigBody", response: "SetConfigResponseBody", hasETag: true, needsIfMatch: true },
      failures: [403, 412, 422],
      async handle(c) {
        const condition = c.req.header("if-match");
        if (condition === undefined) {
          throw invalid([{ location: "header.If-Match", message: "required header parameter is missing" }]);
        }
        const sent = await readBody(c);
        // Nothing happens between this comparison and the assignment: of two writers with one ETag, one gets a 412.
        if (condition !== eTagOf(state.configuration)) {
          throw new Refusal(412, "the configuration has changed since it was read"); // our wording
        }
        const reading = readConfiguration(sent);
        if (reading.kind === "invalid") {
          throw invalid(reading.problems.map((message) => ({ location: "body.config", message })));
        }
        if (reading.unmodelled.length > 0) return refuseUnmodelled(c, reading);
        saveConfiguration(state, sent);
        return answer(c);
      },
    },
    {
      ...{ method: "post", path: "/config:validate", id: "validate-config", summary: "Validate configuration" },
      ...{ request: "ValidateConfigBody", response: "ValidationResult", failures: [403, 422] },
      async handle(c) {
        const reading = readConfiguration(await readBody(c));
        if (reading.kind === "invalid") return c.json({ valid: false, errors: reading.problems });
        return reading.unmodelled.length > 0 ? refuseUnmodelled(c, reading) : c.json({ valid: true, errors: null });
      },
    },
  ];

  // By the path as a whole: to the router, `:validate` would be any text.
  app.all("/aperture/*", async (c) => {
    const caller = callerOf(c, frontSecret, state.direct);
    const path = c.req.path.slice("/aperture".length);
    if (c.req.method === "GET" && path === "/openapi.json") return c.json(describeOperations(operations));
    const operation = operations.find((one) => one.path === path && one.method === c.req.method.toLowerCase());
    if (!operation) return unknownRoute(c);
    const { role } = accessOf(caller, configurationOf(state.configuration));
    if (role !== "admin") throw new Refusal(403, "admin role required");
    return operation.handle(c);
  });
}

const eTagOf = (text: string): string => `"${createHash("sha256").update(text).digest("hex").slice(0, 16)}"`;

const invalid = (details: ProblemDetail[]) => new Refusal(422, "validation failed", { details });

async function readBody(c: Context): Promise<string> {
  const { data } = z.object({ config: z.string() }).safeParse(await c.req.json().catch(() => undefined));
  if (data) return data.config;
  throw invalid([{ location: "body.config", message: "expected a string" }]); // our wording
}

/** Rather than leaving out what the service would do. */
function refuseUnmodelled(c: Context, { unmodelled }: Reading & { kind: "valid" }): Response {
  return unknownRoute(c, `Of the configuration it does not model ${unmodelled.join(", ")}.`);
}
