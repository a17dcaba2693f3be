import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { connectToGitHub, GitHubError } from "../../../services/github/connection.ts";

const app = { GITHUB_APP_ID: "1", GITHUB_APP_INSTALLATION_ID: "2" };
const connect = (pem: string) => connectToGitHub({}, { ...app, GITHUB_APP_PEM_FILE: pem });

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();

it.each([
  ["its path", "/keys/app.private-key.pem"],
  ["a text that was cut off", pem.slice(0, 400)],
  ["a public key", publicKey.export({ type: "spki", format: "pem" }).toString()],
])("%s is no App's private key, and the error says what is, and nothing of it", (_, value) => {
  expect(() => connect(value)).toThrow(GitHubError);
  expect(() => connect(value)).toThrow(/^GITHUB_APP_PEM_FILE \(or github:appAuth\.pemFile\) is no private key\.\n/);
  expect(() => connect(value)).not.toThrow(value.slice(0, 20));
});

it.each([
  ["as GitHub gave it", pem],
  ["with its line breaks escaped, as for the provider", pem.replaceAll("\n", "\\n")],
])("the key %s is taken", (_, value) => {
  expect(connect(value).graphql).toBeTypeOf("function");
});
