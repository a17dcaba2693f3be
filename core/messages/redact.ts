/** Keeps credentials out of everything that people read: those that are known, and whatever has the form of one. */

/** A token begins where no word goes on; an escaped line break, quote or space is not part of a word. */
const boundary = "(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\\\u[0-9A-Fa-f]{4}))";

/** What they begin with, and how they go on; as short as they can be said, since each workflow file holds them. */
const tokens = [
  // Tailscale's keys of every kind: https://tailscale.com/docs/reference/key-prefixes
  ["tskey-", "\\w+-[\\w-]{4,}"],
  // GitHub's: https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
  // An App's installation tokens since 2026: `ghs_`, the App's id, `_` and a JSON Web Token.
  ["ghs_", "\\d+_eyJ[\\w-]*(?:\\.[\\w-]+)*"],
  ["gh[pousr]_", "[^\\W_]{10}\\w*"],
  ["github_pat_", "[^\\W_]{10}\\w*"],
  // Anthropic's: API and admin keys, OAuth access and refresh tokens.
  ["sk-ant-", "[\\w-]{10,}"],
  // Pulumi's: https://www.pulumi.com/docs/administration/access-identity/access-tokens/
  ["pul-", "[\\da-f]{40}"],
  // JSON Web Tokens. Without a limit a text of nothing but their beginning would be read anew from each.
  ["eyJ", "[\\w-]{1,1000}\\.[\\w-]+\\.[\\w-]*"],
] as const;

/** What a credential looks like, as regular expressions; the workflow's last step takes them out of comments as well. */
export const credentialForms: readonly string[] = tokens.map((token) => token.join(""));

const space = "(?: |%20|\\+)";
const digit = "(?:[A-Za-z0-9+/=._~-]|%[0-9A-Fa-f]{2}|\\\\u00[0-9A-Fa-f]{2}|\\\\/)";
const anyCase = (word: string) => word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
const header = (name: string) => `${anyCase(name)}["']?\\s*[:=]\\s*["']?`;

const lineBreak = "(?:\\s|\\\\+[nr]|\\\\+u000[aAdD]|%0[aAdD])";
const keyLabel = (word: string) => `-----${word}${space}[A-Z0-9 +%]*PRIVATE${space}KEY-----`;

/**
 * The forms of credentials that nobody told us of; what a first group matches stays. Each expression begins with what is rare in a
 * text, so that it costs little where there is none.
 */
const headers = expressions([
  // What an Authorization header holds; shorter are words, as in "Bearer authentication".
  `(\\b${anyCase("(?:basic|bearer)")}${space})${digit}{16,}`,
  // A word of everybody's, so only with a digit, unless the header's name is in front.
  `(\\b${anyCase("token")}${space})(?=[^\\s"']*[0-9])${digit}{16,}`,
  `(${header("authorization")}${anyCase("token")}${space})${digit}{16,}`,
  `(${header("x-api-key")})${digit}{8,}`,
]);
const forms = expressions([
  // A private key in PEM, to its end or as far as it goes.
  `${keyLabel("BEGIN")}(?:[^]{40,20000}?${keyLabel("END")}|(?:${lineBreak}*(?:[A-Za-z0-9/=]|\\+|%2[bBfF]|%3[dD]){16,})+)`,
  ...tokens.map(([prefix, rest]) => `${prefix}(?<=${boundary}${prefix})${rest}`),
  // `user:PASSWORD@` of an address.
  "(://[^\\s/:@\"']*:)[^\\s/@\"']+(?=@)",
]);

function expressions(sources: string[]): RegExp[] {
  return sources.map((source) => new RegExp(source, "g"));
}

function without(found: RegExp[], text: string): string {
  const shown = (_: string, kept: unknown) => `${typeof kept === "string" ? kept : ""}${removed}`;
  return found.reduce((rest, expression) => rest.replace(expression, shown), text);
}

/** Until all are found: a secret can be a word, such as `secret`. */
const removed = "\uE000";

/** A shorter one would garble everything, and no credential is. */
const shortestSecret = 6;

/** A part of a folded secret that is as long as this, where the secret is twice as long, is taken for it. */
const shortestPiece = 24;

/**
 * `text` with `[secret]` in place of each of the given secrets and of anything that has the form of one. A secret is found in
 * clear, in hexadecimal, in base64 wherever it stands in what was encoded, and each of these as URLs and JSON escape it; a long
 * one, such as a private key, also when lines break it.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  return redactor(secrets)(text);
}

/** `redact` for many texts and the same secrets. */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const known = [...new Set([...secrets].flatMap(partsOf))]
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap(encodings)
    .sort((a, b) => b.length - a.length);
  const searches = known.map(searchFor);
  const withoutPieces = searchForPieces(known);
  return (text) => {
    // Headers first: they are taken whole, where a secret in base64 shares a digit with what is beside it.
    const unknown = searches.reduce((rest, withoutOne) => withoutOne(rest), without(headers, text));
    return without(forms, withoutPieces(unknown)).replaceAll(removed, "[secret]");
  };
}

/** Letters and digits are escaped nowhere: where the longest run of them is not, there is no need for the expression. */
function searchFor(secret: string): (text: string) => string {
  const [run = ""] = (secret.match(/[A-Za-z0-9]+/g) ?? []).sort((a, b) => b.length - a.length);
  let expression: RegExp | undefined;
  return (text) => {
    if (!text.includes(run)) return text;
    expression ??= new RegExp(inAnyEscape(secret), "g");
    return text.replace(expression, removed);
  };
}

/** For the parts of long secrets that lines break. */
function searchForPieces(secrets: string[]): (text: string) => string {
  const long = secrets.map((secret) => secret.replace(/\s/g, "")).filter(({ length }) => length >= 2 * shortestPiece);
  // Every piece holds one of these whole, and a text mostly none.
  const chunks = long.flatMap((secret) => secret.match(new RegExp(`.{${shortestPiece / 2}}`, "g")) ?? []);
  const isPiece = (text: string) => long.some((secret) => secret.includes(text));
  return (text) => {
    if (!chunks.some((chunk) => text.includes(chunk))) return text;
    return text.replace(pieces, (piece) => (isPiece(piece) ? removed : piece));
  };
}

/** Escaped line breaks first: their last letter belongs to no piece. */
const pieces = new RegExp(`\\\\+[nrt]|\\\\+u000[aAdD]|%0[aAdD]|[A-Za-z0-9+/_.-]{${shortestPiece},}`, "g");

/** The whole, and of a JSON Web Token what no other has. */
function partsOf(secret: string): string[] {
  const token = secret.indexOf("eyJ");
  return [secret, secret.trim(), ...(token === -1 ? [] : secret.slice(token).split(".").slice(1))];
}

function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // Three bytes are four digits, so there are three ways to stand in a longer text; digits that the neighbours share are left.
  const base64 = [0, 1, 2].flatMap((offset) => {
    const digits = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((offset * 8) / 6);
    return [digits.slice(first), digits.slice(first, Math.floor(((offset + bytes.length) * 8) / 6))];
  });
  const base64url = base64.map((digits) => digits.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([secret, bytes.toString("hex"), bytes.toString("hex").toUpperCase(), ...base64, ...base64url])];
}

/** A regular expression for a text as it is and as JSON and URLs escape it, once or more often, with digits in either case. */
function inAnyEscape(text: string): string {
  return Array.from(text.replaceAll("\r\n", "\n"), (character) => {
    if (/[A-Za-z0-9]/.test(character)) return character;
    if (character === "\n") return `${lineBreak}+`;
    const units = Array.from({ length: character.length }, (_, i) =>
      character.charCodeAt(i).toString(16).padStart(4, "0"),
    );
    const json = units.map((unit) => `\\\\+u${anyCase(unit)}`).join("");
    const url = [...Buffer.from(character)]
      .map((byte) => `%(?:25)*${anyCase(byte.toString(16).padStart(2, "0"))}`)
      .join("");
    const form = character === " " ? "|\\+" : "";
    return `(?:\\\\*${literally(character)}|${json}|${url}${form})`;
  }).join("");
}

/** `text` as a part of a regular expression that matches just it. */
function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
