/** Keeps credentials out of everything that people read. */

/** What a credential looks like, as regular expressions; the workflow's last step takes them out of comments as well. */
export const credentialForms: readonly string[] = [
  // Tailscale's keys of every kind: https://tailscale.com/kb/1277/key-prefixes
  "tskey-[A-Za-z0-9_-]+",
  // GitHub's: https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
  "\\bgh[a-z]_[A-Za-z0-9]{10,}",
  "\\bgithub_pat_\\w{10,}",
  // JSON Web Tokens.
  "\\beyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*",
];

/** What an Authorization header holds; shorter are words, as in "Bearer authentication". */
const authorization = "(?<=\\b(?:Basic|Bearer) )[A-Za-z0-9+/=._~-]{16,}";

/** A shorter one would garble everything, and no credential is. */
const shortestSecret = 6;

/** `text` without the given secrets, in clear, URL form, base64 and hex, and without anything that has the form of one. */
export function redact(text: string, secrets: Iterable<string>): string {
  const known = [...secrets]
    .flatMap((secret) => [secret, ...(secret.startsWith("eyJ") ? secret.split(".").slice(1) : [])])
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap(encodings)
    .sort((a, b) => b.length - a.length);
  return text.replace(
    new RegExp([authorization, ...known.map(literally), ...credentialForms].join("|"), "g"),
    "[secret]",
  );
}

function encodings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // Three bytes are four digits, so there are three ways to stand in a longer text; digits that the neighbours share are left.
  const base64 = [0, 1, 2].flatMap((offset) => {
    const digits = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const own = digits.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const form = new URLSearchParams({ _: secret }).toString().slice(2);
  return [
    secret,
    encodeURIComponent(secret),
    form,
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
    ...base64,
  ];
}

/** `text` as a part of a regular expression that matches just it. */
function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
