/** Bytes of an answer as text, and whether they are the text: what comes back changed must not be edited and written. */
import type { Place } from "../../core/policy/policy-error.ts";

export interface Decoded {
  /** With its byte order mark. Bytes that are not UTF-8 are U+FFFD. */
  body: string;
  /** The offset of the first byte that is not UTF-8; absent where there is none. */
  malformed?: Place;
}

export function decodeUtf8(bytes: Uint8Array): Decoded {
  const body = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const encoded = new TextEncoder().encode(body);
  const at = encoded.findIndex((byte, index) => byte !== bytes[index]);
  if (at < 0 && encoded.length === bytes.length) return { body };
  const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, at < 0 ? encoded.length : at));
  const line = before.split("\n").length;
  return { body, malformed: { line, column: before.length - before.lastIndexOf("\n") } };
}
