/** The texts in which a secret can stand somewhere. */

export interface Encoded {
  /** `clear`, `base64`, `signature of the JWT, hex`, ... */
  encoding: string;
  text: string;
}

/** A shorter secret cannot be told from other text. */
export const shortestSecret = 8;

/**
 * Every form of `secret` that the search looks for; each text once, under the first of its names.
 * @throws Error for a secret of less than 8 characters.
 */
export function encodings(secret: string): Encoded[] {
  if (secret.length < shortestSecret) throw new Error(`a secret of ${secret.length} characters cannot be searched for`);
  const byText = new Map<string, string>();
  for (const [part, value] of parts(secret)) {
    for (const [encoding, text] of formsOf(value)) {
      const name = [part, encoding].filter(Boolean).join(", ");
      if (!byText.has(text)) byText.set(text, name);
    }
  }
  return [...byText].map(([text, encoding]) => ({ encoding, text }));
}

/** The whole, and of a JSON Web Token what no other token has: the header is everybody's. */
function parts(secret: string): [part: string, value: string][] {
  const jwt = /^eyJ[\w-]+\.([\w-]{8,})\.([\w-]{8,})$/.exec(secret);
  const whole: [string, string] = ["", secret];
  return jwt ? [whole, ["payload of the JWT", jwt[1] ?? ""], ["signature of the JWT", jwt[2] ?? ""]] : [whole];
}

function formsOf(value: string): [encoding: string, text: string][] {
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value);
  const hex = Buffer.from(value).toString("hex");
  return [
    ["clear", value],
    ["lower case", value.toLowerCase()],
    ["upper case", value.toUpperCase()],
    ["JSON", json],
    ["JSON within JSON", JSON.stringify(json).slice(1, -1)],
    ["JSON of Go", goJson(json)],
    ["URL", url],
    ["URL, lower case", url.replaceAll(/%../g, (code) => code.toLowerCase())],
    ["URL form", new URLSearchParams({ _: value }).toString().slice(2)],
    ["hex", hex],
    ["hex, upper case", hex.toUpperCase()],
    ...[0, 1, 2].flatMap((offset): [string, string][] => {
      const base64 = base64At(value, offset);
      const base64url = base64.replaceAll("+", "-").replaceAll("/", "_");
      return [
        [`base64 after ${offset} bytes`, base64],
        [`base64url after ${offset} bytes`, base64url],
      ];
    }),
  ];
}

/** encoding/json of Go escapes these three as well. */
function goJson(json: string): string {
  return json.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026");
}

/** The digits that `value` alone decides where it stands `offset` (modulo 3) bytes into something encoded as base64. */
function base64At(value: string, offset: number): string {
  const bytes = Buffer.from(value);
  const digits = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  return digits.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}
