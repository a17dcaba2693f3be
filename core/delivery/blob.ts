/** Names of contents, as Git has them. */
import { createHash } from "node:crypto";

/** The object id that Git gives to a file with this text: equal ids are equal texts. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
export function gitBlobOid(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
