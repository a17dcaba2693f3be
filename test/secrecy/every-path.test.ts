/** Each documented form of a credential through each path that prints: none gets past, whoever repeats it. */
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createExplainer } from "../../components/explain-errors.ts";
import { redactLog } from "../../components/redact-log.ts";
import { run, tail } from "../../sandbox/engine/process.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { connectToGitHub } from "../../services/github/connection.ts";
import { readRepositories } from "../../services/github/repositories.ts";
import { TailnetConnection } from "../../services/tailscale/connection.ts";
import { KeysApi } from "../../services/tailscale/keys.ts";
import { startPlugin } from "../provider/engine.ts";
import { fakeRuntime, json } from "../provider/support.ts";
import { ciAccess } from "../provider/tailnet.ts";
import { documentedForms } from "./forms.ts";

const repeated = (secret: string) => `a proxy says: "Authorization: ${secret}" was not taken`;
const fragment = { access: { "tag:ci": ciAccess }, owner: "claude-aperture/prod", mode: "write" };

let world: World;
let plugin: Awaited<ReturnType<typeof startPlugin>>;

// Not beforeEach: one process serves all forms.
beforeAll(async () => {
  world = await startWorld();
  plugin = await startPlugin(world.environment);
  await plugin.configure();
});
afterAll(async () => {
  await plugin.close();
  await world.close();
});
afterEach(() => {
  vi.unstubAllGlobals();
  delete world.tailscale.faults.choose;
});

/** What people read when something repeats the secret. */
const paths: Record<string, (secret: string) => Promise<string>> = {
  // The SDK shows a RunError, and any other error of a program, by pulumi.log.error.
  ...Object.fromEntries(
    (["debug", "info", "warn", "error"] as const).map((level) => [
      `pulumi.log.${level}`,
      async (secret: string) => {
        const original = { ...pulumi.log };
        const shown: string[] = [];
        Object.assign(pulumi.log, { [level]: async (message: string) => void shown.push(message) });
        redactLog();
        try {
          await pulumi.log[level](new pulumi.RunError(repeated(secret)).message);
        } finally {
          Object.assign(pulumi.log, original);
        }
        return shown.join();
      },
    ]),
  ),
  "an error of GitHub's REST API": async (secret) => githubError(() => json(400, { message: repeated(secret) })),
  "an error of GitHub's GraphQL API": async (secret) =>
    githubError(() => json(200, { data: null, errors: [{ type: "FORBIDDEN", message: repeated(secret) }] })),
  "a broken connection to GitHub": async (secret) =>
    githubError(() => {
      throw new TypeError("fetch failed", { cause: new Error(repeated(secret)) });
    }),
  "the status of the provider": async (secret) => {
    answerPolicy(403, { message: repeated(secret) });
    return plugin.create(fragment).then(
      () => "",
      (error: Error) => error.message,
    );
  },
  "a failure of the provider's check": async (secret) => {
    answerPolicy(400, { message: repeated(secret) });
    return JSON.stringify((await plugin.check(fragment)).failures);
  },
  "the log of the provider": async (secret) => {
    world.tailscale.faults.choose = ({ path }) =>
      path.endsWith("/validate")
        ? answer(200, { message: "warning(s) found", data: [{ user: "tag:ci", warnings: [repeated(secret)] }] })
        : undefined;
    plugin.logged.splice(0);
    await plugin.check(fragment);
    return plugin.logged.map(({ message }) => message).join();
  },
  "the warning about credentials that were not looked for": async (secret) => {
    const runtime = fakeRuntime(() => {
      throw new TypeError("fetch failed", { cause: new Error(repeated(secret)) });
    });
    const connection = new TailnetConnection(runtime, {});
    return new KeysApi(connection).list().then(
      () => "",
      (error: Error) => connection.redact(error.message),
    );
  },
  "the output of the engine's download or build": async (secret) => {
    const script = "process.stderr.write(process.env.TEXT)";
    return tail((await run(process.execPath, ["-e", script], { environment: { TEXT: repeated(secret) } })).output, 100);
  },
};

const answer = (status: number, body: object) => ({ kind: "answer", status, body }) as const;

function answerPolicy(status: number, body: object): void {
  world.tailscale.faults.choose = ({ path }) => (path.endsWith("/acl") ? answer(status, body) : undefined);
}

async function githubError(respond: () => Response): Promise<string> {
  vi.stubGlobal("fetch", async () => respond());
  const client = connectToGitHub({ token: "ghp_madeUpForThisTest" }, {});
  // No pauses between tries.
  client.hook.before("request", (options) => {
    options.request = { ...options.request, retries: 0 };
  });
  return readRepositories([{ slug: "acme/app", workflowPath: "x" }], client).then(
    () => "",
    (error: Error) => `${error.message}\n${error.stack}`,
  );
}

describe.each(Object.entries(paths))("%s", (_path, shown) => {
  it.each(Object.entries(documentedForms))("%s", async (_form, secret) => {
    const text = await shown(secret);
    expect(text).toContain("[secret]");
    expect(text).toContain("was not taken");
    for (const part of secret.split(/[.\n]/).filter((part) => part.length > 9)) expect(text).not.toContain(part);
  });
});

describe("the explanation of a provider's error", () => {
  it.each(Object.entries(documentedForms))("%s", async (_form, secret) => {
    const said: string[] = [];
    const hook = createExplainer((message) => said.push(message));
    const errors = [`${repeated(secret)} (403)`];
    const type = "tailscale:index/oauthClient:OauthClient";
    await hook({
      name: "r",
      type,
      urn: "",
      id: "",
      failedOperation: "create",
      errors,
    } as unknown as pulumi.ErrorHookArgs);
    expect(said).toHaveLength(1);
    expect(said[0]).not.toContain(secret.slice(0, 12));
  });
});

describe("what octokit makes on the way for a GitHub App", () => {
  const { "GitHub, App's private key": key } = documentedForms;
  // Of no form that anybody knows, as a server of one's own may give them.
  const installation = "an-installation-token-of-no-known-form";

  it("is kept out of errors: the key, its signed token, the installation's token", async () => {
    const sent: string[] = [];
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      sent.push(new Headers(init.headers).get("authorization") ?? "");
      if (!url.endsWith("/access_tokens")) {
        const everything = [...sent, key, key.replaceAll("\n", "\\n"), Buffer.from(key).toString("base64")].join(
          " and ",
        );
        return json(400, { message: everything });
      }
      return json(201, { token: installation, expires_at: "2100-01-01T00:00:00Z", permissions: {} });
    });
    const appAuth = { id: "1", installationId: "2", pemFile: key.replaceAll("\n", "\\n") };
    const client = connectToGitHub({ appAuth }, {});
    const error: Error = await client.request("GET /meta").then(
      () => new Error("no error"),
      (reason) => reason,
    );
    const [jwt = ""] = sent.filter((header) => header.startsWith("bearer eyJ"));
    expect(sent.at(-1)).toBe(`token ${installation}`);
    const text = `${error.message}\n${error.stack}`;
    for (const secret of [installation, jwt.split(" ")[1] ?? "none", ...key.split("\n").slice(1, -1)]) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain("token [secret]");
  });
});
