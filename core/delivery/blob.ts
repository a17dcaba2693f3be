/** What git calls a file's content. */
import { createHash } from "node:crypto";

/**
 * The git blob oid of a text, as GitHub reports it for a file: SHA-1 of `blob <bytes>`, a zero byte and the UTF-8 bytes.
 * https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 * @returns 40 hex digits.
 */
export function gitBlobOid(text: string): string {
  const bytes = Buffer.from(text);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
