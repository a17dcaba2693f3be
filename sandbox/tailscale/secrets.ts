/** Random names and secrets. Of a secret only its digest is kept, so that no state can show it. */
import { createHash, randomInt } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Letters and digits. */
export const randomId = (length = 11): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");

export const digest = (secret: string): string => createHash("sha256").update(secret).digest("hex");
