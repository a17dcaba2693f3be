/** How Tailscale's API says no. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** What failed for one `src` of the policy file's `tests`, or what is odd about it. */
export interface Finding {
  /** A test's `src`; the name is the API's. */
  user: string;
  errors?: string[];
  warnings?: string[];
}

/** An answer with an error status: `{"message": ..., "data": [...]}`, `data` only with findings. */
export class ApiError extends Error {
  readonly status: ContentfulStatusCode;
  readonly findings: Finding[];

  constructor(status: ContentfulStatusCode, message: string, findings: Finding[] = []) {
    super(message);
    this.status = status;
    this.findings = findings;
  }
}

/** Renders an `ApiError`; anything else is a fault of the stand-in and is passed on. */
export function renderApiError(error: Error, c: Context): Response {
  if (!(error instanceof ApiError)) throw error;
  return c.json(errorBody(error), error.status);
}

export function errorBody({ message, findings }: { message: string; findings: Finding[] }): object {
  return findings.length > 0 ? { message, data: findings } : { message };
}

/** The body as text. Throws 400 for what is not UTF-8, which HuJSON must be. */
export async function readText(c: Context): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await c.req.arrayBuffer());
  } catch (error) {
    if (error instanceof TypeError) throw new ApiError(400, "invalid UTF-8"); // our wording
    throw error;
  }
}

/** A time as the API writes it: RFC 3339, UTC, whole seconds. */
export const timestamp = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, "Z");
