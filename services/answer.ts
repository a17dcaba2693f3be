/** Whether an answer is the documented one. A proxy between us and a service can answer 200 in its place. */
import type { z } from "zod";

/** The value of a JSON body; the text itself where it is not JSON, as octokit has it. */
export function readJson({ headers, body }: { headers: Headers; body: string }): unknown {
  // An empty page is not an empty answer.
  if (isPage(body, headers.get("content-type"))) return "<html>";
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** HTML, as proxies, login pages of networks and load balancers send it: by its type, or by how it begins. */
export function isPage(body: unknown, contentType?: string | null): body is string {
  return typeof body === "string" && (/\bx?html\b/i.test(contentType ?? "") || /^\uFEFF?\s*</.test(body));
}

/** `value` in its documented shape. @throws what `refuse` makes of the reason, such as "an HTML page". */
export function requireDocumented<T>(shape: z.ZodType<T>, value: unknown, refuse: (what: string) => Error): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join(".");
  throw refuse(describeNotJson(value) ?? `JSON of another form (${place ? `${place}: ` : ""}${issue?.message})`);
}

/** In words, what a body is that is not JSON; undefined for JSON. Quotes nothing of it: it may hold a secret. */
export function describeNotJson(value: unknown): string | undefined {
  if (value === undefined || value === "") return "nothing";
  if (isPage(value)) return "an HTML page";
  if (typeof value === "string") return "a text, not the documented JSON";
  return value instanceof ArrayBuffer ? "data that is no JSON" : undefined;
}
