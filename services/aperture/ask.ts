/** One request to Aperture, as a runner sends it: no credential, no retry, and what keeps it from being answered told apart. */
import type { Runtime } from "../tailscale/runtime.ts";

export type Outcome =
  | { kind: "answered"; status: number; body: string }
  | { kind: "no name" | "no connection" | "no answer"; said: string };

/** The client gives up a connection after ten seconds by itself. */
const patienceMs = 15_000;
/** Whatever answers may send without end. */
const longestBody = 4 * 1024 * 1024;

/** @param url without a slash at its end; path as `/api/providers`. */
export async function ask(runtime: Pick<Runtime, "fetch">, url: string, path: string): Promise<Outcome> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const headers = { accept: "application/json", "user-agent": "claude-aperture" };
    const response = await runtime.fetch(`${url}${path}`, { headers, redirect: "manual", signal });
    return { kind: "answered", status: response.status, body: await readBody(response) };
  } catch (error) {
    if (signal.aborted) return { kind: "no answer", said: `no answer within ${patienceMs / 1000} seconds` };
    const { code, message } = causeOf(error);
    if (["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA"].includes(code)) return { kind: "no name", said: message };
    return { kind: code === "UND_ERR_SOCKET" ? "no answer" : "no connection", said: message };
  }
}

async function readBody({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > longestBody) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** `fetch failed` says nothing; of an attempt at several addresses the first error does. */
function causeOf(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError) return causeOf(error.errors[0]);
  if (!(error instanceof Error)) return { code: "", message: String(error) };
  if (error.cause !== undefined) return causeOf(error.cause);
  return { code: "code" in error ? String(error.code) : "", message: error.message };
}
