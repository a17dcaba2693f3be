/** The description of the configuration's endpoints, made of the table by which they are served: it cannot say more or less. */
import type { Context } from "hono";

export interface Operation {
  method: "get" | "put" | "post";
  /** Below `/aperture`. */
  path: string;
  id: string;
  summary: string;
  /** Schemas by name; absent: no body. */
  request?: string;
  response: string;
  hasETag?: true;
  needsIfMatch?: true;
  failures: number[];
  handle(c: Context): Response | Promise<Response>;
}

const text = { type: "string" };
const configBody = { type: "object", properties: { config: text }, required: ["config"], additionalProperties: false };

/** As in the service's own document, of 2026-10. */
const schemas = {
  ErrorDetail: { type: "object", properties: { location: text, message: text, value: {} } },
  ErrorModel: {
    type: "object",
    properties: {
      ...{ title: text, detail: text, status: { type: "integer", format: "int64" } },
      errors: { type: ["array", "null"], items: { $ref: "#/components/schemas/ErrorDetail" } },
    },
  },
  ...{ GetConfigBody: configBody, SetConfigBody: configBody, SetConfigResponseBody: configBody },
  ValidateConfigBody: configBody,
  ValidationResult: {
    type: "object",
    properties: { valid: { type: "boolean" }, errors: { type: ["array", "null"], items: text } },
    required: ["valid", "errors"],
    additionalProperties: false,
  },
};

const reference = (schema: string) => ({ schema: { $ref: `#/components/schemas/${schema}` } });
const eTag = { headers: { ETag: { schema: text } } };
const ifMatch = { name: "If-Match", in: "header", required: true, schema: text };

/** The OpenAPI document of these operations. */
export function describeOperations(operations: readonly Operation[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path, id, summary, request, response, hasETag, needsIfMatch, failures } of operations) {
    const refused = { description: "Refused", content: { "application/problem+json": reference("ErrorModel") } };
    const json = { "application/json": reference(response) };
    paths[path] ??= {};
    paths[path][method] = {
      ...{ operationId: id, summary, tags: ["Configuration"] },
      ...(needsIfMatch ? { parameters: [ifMatch] } : {}),
      ...(request ? { requestBody: { required: true, content: { "application/json": reference(request) } } } : {}),
      responses: {
        200: { description: "OK", content: json, ...(hasETag ? eTag : {}) },
        ...Object.fromEntries(failures.map((status) => [status, refused])),
      },
    };
  }
  return { openapi: "3.1.0", info: { title: "Aperture API", version: "0" }, components: { schemas }, paths };
}
