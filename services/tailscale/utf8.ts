/** Bytes of an answer as text, and whether they are the text: what comes back changed must not be edited and written. */
import type { Place } from "../../core/policy/policy-error.ts";

export interface Decoded {
  /** A byte order mark stays in it. What is no UTF-8 is U+FFFD. */
  body: string;
  /** Where the first byte is that is no UTF-8; absent where all are. */
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
