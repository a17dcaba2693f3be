import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redact } from "../../../core/messages/redact.ts";
import { documentedForms } from "../../secrecy/forms.ts";

/** What may stand around a credential. */
const surroundings: Record<string, (secret: string) => string> = {
  alone: (secret) => secret,
  "in a sentence": (secret) => `The token ${secret}, which was sent, is wrong.`,
  "in JSON": (secret) => JSON.stringify({ token: secret }),
  "behind an escaped line break": (secret) => JSON.stringify(`first\n${secret}\nsecond`),
  "in JSON within JSON": (secret) => JSON.stringify(JSON.stringify({ token: `\t${secret}` })),
  "in a query": (secret) => `https://api.example/?x=%20${encodeURIComponent(secret)}&y=1`,
  "in an address": (secret) => `https://x-access-token:${secret}@github.com/acme/app`,
  "in a variable's name": (secret) => `TOKEN_${secret}`,
  "in Go's quotes": (secret) => `\\u0022${secret}\\u0022`,
};

describe("a credential that nobody told us of", () => {
  const rows = Object.entries(documentedForms).flatMap(([form, secret]) =>
    Object.entries(surroundings).map(([where, put]) => [form, where, secret, put] as const),
  );
  it.each(rows)("%s, %s", (_form, _where, secret, put) => {
    const text = put(secret);
    const found = redact(text, []);
    expect(found).toContain("[secret]");
    // No half of it either.
    for (const part of secret.split(/[.\n]/).filter((part) => part.length > 9)) expect(found).not.toContain(part);
    // And what is not it stays.
    expect(found).toBe(put("[secret]").replaceAll("%5Bsecret%5D", "[secret]"));
  });

  it.each([
    ["Authorization: Bearer dGhpcyBpcyBub3Qgb25l", "Authorization: Bearer [secret]"],
    ["authorization: bearer dGhpcyBpcyBub3Qgb25l", "authorization: bearer [secret]"],
    ["Authorization: Basic dGhpcyBpcyBub3Qgb25l==", "Authorization: Basic [secret]"],
    ["AUTHORIZATION: BASIC dGhpcyBpcyBub3Qgb25l", "AUTHORIZATION: BASIC [secret]"],
    ["Authorization: token abcdefghijklmnopqrst", "Authorization: token [secret]"],
    ['"authorization":"token abcdefghijklmnopqrst"', '"authorization":"token [secret]"'],
    ["token 0123456789abcdef0123456789abcdef01234567 refused", "token [secret] refused"],
    ["Basic%20dGhpcyBpcyBub3Qgb25l%3D%3D", "Basic%20[secret]"],
    ["Basic dGhpcyBpcyBub3Qgb2\\u002b5l\\u003D", "Basic [secret]"],
    ["x-api-key: hush-hush-hush", "x-api-key: [secret]"],
    [
      "proxy http://deployer:hush@proxy.example:3128 refused",
      "proxy http://deployer:[secret]@proxy.example:3128 refused",
    ],
  ])("%s", (text, want) => expect(redact(text, [])).toBe(want));

  it.each([
    "token authentication is required",
    "Bearer authentication failed; Basic authentication, too",
    "the token internationalization-of-everything",
    "ghs_ and ghp_ are prefixes; the form is ghs_APPID_JWT",
    "github_pat_... or github_pat_tokens_of_a_person",
    "keys begin with tskey-auth, tskey-api-... or tskey-client",
    "sk-ant-api03-... is a key of Anthropic, sk-ant-oat01 a token",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "sha512-Ig+tXELvTjlqxQAWBQnLNn2dPpNraLMdSnT+vDzDPmJtbNUhIAH==",
    "repo:acme@15000001/app@1300000001:pull_request",
    "urn:pulumi:test::claude-aperture::claude-aperture:index:ClaudeRepository$github:index/actionsSecret:ActionsSecret::app",
    "client kEXAMPLE1CNTRL-kAbCdEfGhI2CNTRL of https://login.tailscale.com:443/admin, mail@acme.example",
    "https://api.example:8443/a?b=c@d",
    "expected -----BEGIN RSA PRIVATE KEY----- at the start of GITHUB_APP_PEM_FILE",
    "highs_of_the_last_twelve_months",
    "123e4567-e89b-12d3-a456-426614174000",
  ])("ordinary text stays: %s", (text) => expect(redact(text, [])).toBe(text));
});

describe("a known secret", () => {
  /** Of no known form, with what is escaped somewhere. */
  const odd = 'hush+"hush"/<&>=%\\ü hush-1';
  const lowerEscapes = (text: string) => text.replace(/%[0-9A-F]{2}|\\u[0-9A-F]{4}/g, (code) => code.toLowerCase());
  const unicode = (text: string) =>
    text.replace(/[^A-Za-z0-9]/g, (c) => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
  const percent = (text: string) =>
    [...Buffer.from(text)]
      .map((byte) =>
        /[A-Za-z0-9]/.test(String.fromCharCode(byte))
          ? String.fromCharCode(byte)
          : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
      )
      .join("");
  const encodings: Record<string, (text: string) => string> = {
    clear: (text) => text,
    JSON: (text) => JSON.stringify(text).slice(1, -1),
    "JSON within JSON": (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
    "JSON in which all is escaped": unicode,
    "the same in lower case": (text) => lowerEscapes(unicode(text)),
    URL: encodeURIComponent,
    "URL in lower case": (text) => lowerEscapes(encodeURIComponent(text)),
    "URL in which all is escaped": percent,
    "URL within URL": (text) => encodeURIComponent(encodeURIComponent(text)),
    form: (text) => new URLSearchParams({ _: text }).toString().slice(2),
    hex: (text) => Buffer.from(text).toString("hex"),
    "hex in upper case": (text) => Buffer.from(text).toString("hex").toUpperCase(),
    base64: (text) => Buffer.from(text).toString("base64"),
    "base64 in a URL": (text) => encodeURIComponent(Buffer.from(text).toString("base64")),
    base64url: (text) => Buffer.from(text).toString("base64url"),
    "base64 behind one byte": (text) => Buffer.from(`:${text}`).toString("base64"),
    "base64 behind two bytes": (text) => Buffer.from(`u:${text}`).toString("base64"),
  };

  it.each(Object.entries(encodings))("in %s", (_name, encode) => {
    const found = redact(`before ${encode(odd)} after`, [odd]);
    // In base64 a neighbour shares a digit or two.
    expect(found).toMatch(/^before .{0,4}\[secret\].{0,4} after$/);
  });

  it("in any encoding, whatever it is and stands in", () => {
    // What can stand in a header.
    const secret = fc
      .string({ minLength: 6, maxLength: 40, unit: "grapheme" })
      .filter((text) => !/[\s\p{Cc}]/u.test(text));
    fc.assert(
      fc.property(secret, fc.constantFrom(...Object.values(encodings)), (text, encode) => {
        const encoded = encode(text);
        const found = redact(`x ${encoded} y`, [text]);
        return found.includes("[secret]") && !found.includes(encoded);
      }),
      { numRuns: 500 },
    );
  });

  it("that is a word of what stands for secrets", () => {
    expect(redact("a secret and a secret-long one", ["secret", "secret-long"])).toBe("a [secret] and a [secret] one");
  });

  it("is not taken where it is too short to tell", () => expect(redact("a cat sat", ["cat"])).toBe("a cat sat"));
});

describe("an App's private key", () => {
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs1", format: "pem" })
    .toString();
  const body = key.split("\n").slice(1, -2);
  const folded = (width: number, text = body.join("")) =>
    text.match(new RegExp(`.{1,${width}}`, "g"))?.join("\n") ?? "";
  const shown: Record<string, string> = {
    "as it is": key,
    "with Windows line ends": key.replaceAll("\n", "\r\n"),
    "on one line": key.replaceAll("\n", "\\n"),
    "in JSON": JSON.stringify({ key }),
    "in JSON within JSON": JSON.stringify(JSON.stringify({ key })),
    "in a URL": encodeURIComponent(key),
    indented: key.replaceAll("\n", "\n      "),
    "folded anew": `-----BEGIN RSA PRIVATE KEY-----\n${folded(48)}\n-----END RSA PRIVATE KEY-----`,
    "cut off": key.slice(0, 400),
  };
  const leaks = (text: string) =>
    body.flatMap((line) => line.match(/.{24}/g) ?? []).filter((piece) => text.includes(piece));

  it.each(Object.entries(shown))("%s, known or not", (_name, text) => {
    for (const secrets of [[], [key]]) expect(leaks(redact(`the key ${text} is refused`, secrets))).toEqual([]);
  });

  it("keeps what is around it", () => {
    expect(redact(`the key ${key.trim()} is refused`, [])).toBe("the key [secret] is refused");
    expect(redact(`the key ${JSON.stringify(key)} is refused`, [])).toMatch(/^the key "\[secret\](\\n)?" is refused$/);
  });

  it.each([
    ["without its frame", body.join("\n")],
    ["some lines of it, escaped", body.slice(3, 6).join("\\n")],
    ["folded at another width", folded(40)],
    ["as base64, folded as mail does", folded(76, Buffer.from(key).toString("base64"))],
  ])("%s, when it is known", (_name, text) => {
    const found = redact(`the key ${text} is refused`, [key]);
    const long = `${body.join("")} ${Buffer.from(key).toString("base64")}`;
    const runs = found.match(/[A-Za-z0-9+/]{24,}/g) ?? [];
    expect(runs.filter((run) => long.includes(run))).toEqual([]);
  });
});
