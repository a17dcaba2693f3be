/** A stand-in GitHub for one test, and a client that shows what it answers. */
import sodium from "libsodium-wrappers";
import { onTestFinished } from "vitest";
import { type GitHub, type GitHubOptions, startGitHub } from "../../sandbox/github/index.ts";

export interface Answer {
  status: number;
  headers: Headers;
  /** The parsed JSON body; undefined when there is none. */
  body: unknown;
}

export interface Client extends GitHub {
  /** A REST request; the path begins after `/api/v3`, redirects are not followed. */
  rest(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  graphql(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer>;
}

/** Starts a stand-in that ends with the test. */
export async function github(options: Partial<GitHubOptions> = {}): Promise<Client> {
  const service = await startGitHub({ repositories: ["acme/app"], ...options });
  onTestFinished(() => service.close());
  const send = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(service.url + path, {
      method,
      redirect: "manual",
      headers: { authorization: `Bearer ${service.token}`, ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
  };
  return {
    ...service,
    rest: (method, path, body, headers) => send(method, `/api/v3${path}`, body, headers),
    graphql: (query, variables = {}, headers) => send("POST", "/api/graphql", { query, variables }, headers),
  };
}

export const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

export const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Seals a value as GitHub's clients do. */
export async function seal(value: string, publicKey: string): Promise<string> {
  await sodium.ready;
  const sealed = sodium.crypto_box_seal(sodium.from_string(value), Buffer.from(publicKey, "base64"));
  return Buffer.from(sealed).toString("base64");
}

/** Writes a secret through the API; answers with the PUT's answer. */
export async function putSecret(client: Client, repository: string, name: string, value: string): Promise<Answer> {
  const path = `/repos/${repository}/actions/secrets`;
  const { key_id, key } = (await client.rest("GET", `${path}/public-key`)).body as { key_id: string; key: string };
  return client.rest("PUT", `${path}/${name}`, { key_id, encrypted_value: await seal(value, key) });
}
