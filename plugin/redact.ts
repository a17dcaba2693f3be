/** Keeps credentials out of everything that people read. */
// Tailscale's keys of every kind (https://tailscale.com/kb/1277/key-prefixes), and JSON Web Tokens.
const forms = ["tskey-[A-Za-z0-9_-]+", "\\beyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*"];

/** A shorter one would garble everything, and no credential is. */
const shortestSecret = 6;

/** `text` without the given secrets, and without anything that has the form of one. */
export function redact(text: string, secrets: Iterable<string>): string {
  const known = [...secrets]
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(`${secret}:`).toString("base64")])
    .sort((a, b) => b.length - a.length);
  return text.replace(new RegExp([...known.map(literally), ...forms].join("|"), "g"), "[secret]");
}

/** `text` as a part of a regular expression that matches just it. */
function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
