/** How GitHub says no, and the small conventions that its answers share. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An error answer of GitHub's REST API; thrown by handlers and rendered by `renderRefusal`. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly documentation: string;
  readonly details: object;

  /** `documentation`: path below https://docs.github.com; `details`: further members of the body. */
  constructor(status: ContentfulStatusCode, message: string, documentation = "rest", details: object = {}) {
    super(message);
    this.status = status;
    this.documentation = documentation;
    this.details = details;
  }
}

export const notFound = (message = "Not Found"): Refusal => new Refusal(404, message);

/** `Validation Failed`: what GitHub answers to a well-formed request that its model refuses. */
export function validationFailed(
  errors: { resource: string; field?: string; code: string; message?: string }[],
): Refusal {
  return new Refusal(422, "Validation Failed", "rest", { errors });
}

/** What REST and GraphQL say to a token that an organization's single sign-on keeps out. */
export const singleSignOnRequired =
  "Resource protected by organization SAML enforcement. " +
  "You must grant your Personal Access token access to this organization.";

/** `Invalid request.`: what GitHub's parameter check answers. */
export const invalidRequest = (reason: string): Refusal => new Refusal(422, `Invalid request.\n\n${reason}`);

/** Renders a `Refusal`; anything else is a fault of the stand-in and is passed on. */
export function renderRefusal(error: Error, c: Context): Response {
  if (!(error instanceof Refusal)) throw error;
  return c.json(
    {
      message: error.message,
      ...error.details,
      documentation_url: `https://docs.github.com/${error.documentation}`,
      status: String(error.status),
    },
    error.status,
  );
}

/** What says where the service is reached: a request, or what stands for one where nobody asked. */
export interface Asked {
  req: { url: string };
}

/** Where this service is reached, as the client wrote it: `http://127.0.0.1:1234`. */
export const origin = (c: Asked): string => new URL(c.req.url).origin;

/** Where REST paths begin. */
export const apiUrl = (c: Asked): string => `${origin(c)}/api/v3`;

/** A time as GitHub writes it: UTC, whole seconds. */
export const timestamp = (time = new Date()): string => time.toISOString().replace(/\.\d+Z$/, "Z");

/** One page of `items` by `?page=` and `?per_page=` (default 30, at most 100), with the `Link` header that leads on. */
export function page<T>(c: Context, items: T[]): T[] {
  const size = Math.min(positive(c.req.query("per_page")) ?? 30, 100);
  const number = positive(c.req.query("page")) ?? 1;
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (target: number, rel: string): string => {
    const url = new URL(c.req.url);
    url.searchParams.set("page", String(target));
    return `<${url}>; rel="${rel}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, "prev"), link(1, "first")] : []),
    ...(number < last ? [link(number + 1, "next"), link(last, "last")] : []),
  ];
  if (links.length > 0) c.header("Link", links.join(", "));
  return items.slice((number - 1) * size, number * size);
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

interface Kinds {
  string: string;
  boolean: boolean;
  array: unknown[];
  object: Record<string, unknown>;
}

type Shape = Record<string, keyof Kinds | `${keyof Kinds}?`>;

type Body<S extends Shape> = {
  [Key in keyof S as S[Key] extends `${string}?` ? never : Key]: S[Key] extends keyof Kinds ? Kinds[S[Key]] : never;
} & {
  [Key in keyof S as S[Key] extends `${string}?` ? Key : never]?: S[Key] extends `${infer Kind extends keyof Kinds}?`
    ? Kinds[Kind]
    : never;
};

/** The JSON body, checked against `shape` (a name with `?` may be absent) with GitHub's texts. Other members are ignored. */
export async function readBody<S extends Shape>(c: Context, shape: S): Promise<Body<S>> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Refusal(400, "Body should be a JSON object");
  }
  for (const [name, rule] of Object.entries(shape)) {
    const value = (body as Record<string, unknown>)[name];
    if (value === undefined && rule.endsWith("?")) continue;
    if (value === undefined) throw invalidRequest(`"${name}" wasn't supplied.`);
    const kind = rule.replace("?", "");
    if (kindOf(value) !== kind)
      throw invalidRequest(`For 'properties/${name}', ${kindOf(value)} is not of type ${kind}.`);
  }
  return body as Body<S>;
}

function kindOf(value: unknown): string {
  if (value === null) return "nil";
  return Array.isArray(value) ? "array" : typeof value;
}
