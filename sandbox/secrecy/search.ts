/** Many secrets in every encoding, looked for in one pass over the bytes of a place. */
import { encodings } from "./encodings.ts";
import type { KnownSecret } from "./known-secrets.ts";

/** A secret that was found. Never its value. */
export interface Finding {
  secret: string;
  encoding: string;
  /** The line, from 1. */
  line: number;
}

/** Every secret that is in `content`, once in each encoding. */
export type Search = (content: string | Uint8Array) => Finding[];

interface Needle {
  bytes: Buffer;
  secret: string;
  encoding: string;
}

/** A power of two: one bit of a hash per entry, so that nearly all bytes cost one look. */
const filterSize = 1 << 16;

/** Compiles the secrets once. @throws Error for a secret that is too short to be searched for. */
export function compileSearch(secrets: readonly KnownSecret[]): Search {
  const needles = new Map<number, Needle[]>();
  const filter = new Uint8Array(filterSize);
  for (const { name, value } of secrets) {
    for (const { encoding, text } of encodings(value)) {
      const bytes = Buffer.from(text);
      const start = bytes.readUInt32BE(0);
      const needle = { bytes, secret: name, encoding };
      needles.set(start, [...(needles.get(start) ?? []), needle]);
      filter[slot(start)] = 1;
    }
  }
  return (content) => search(typeof content === "string" ? Buffer.from(content) : content, needles, filter);
}

function search(content: Uint8Array, needles: Map<number, Needle[]>, filter: Uint8Array): Finding[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const found = new Map<Needle, number>();
  let last4 = 0;
  for (let end = 0; end < bytes.length; end += 1) {
    last4 = (last4 << 8) | (bytes[end] as number);
    if (filter[slot(last4)] === 0 || end < 3) continue;
    for (const needle of needles.get(last4 >>> 0) ?? []) {
      const at = end - 3;
      const fits = at + needle.bytes.length <= bytes.length;
      if (fits && !found.has(needle) && needle.bytes.compare(bytes, at, at + needle.bytes.length) === 0) {
        found.set(needle, at);
      }
    }
  }
  return [...found].map(([{ secret, encoding }, at]) => ({ secret, encoding, line: lineAt(bytes, at) }));
}

/** Multiplicative hashing: 2654435761 is the prime next to 2^32 divided by the golden ratio. */
function slot(start: number): number {
  return Math.imul(start, 2654435761) >>> 16;
}

function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < offset; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
}
