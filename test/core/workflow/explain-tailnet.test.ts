/** Why a runner did not join the tailnet. */
import { describe, expect, it } from "vitest";
import { scriptText } from "../../../core/workflow/script-text.ts";
import { texts } from "../../../core/workflow/texts.ts";
import { runScript, type World } from "./run-script.ts";

const stopped = '{\n  "BackendState": "NeedsLogin",\n';
const running = '{\n  "BackendState": "Running",\n';

describe("with a federated identity", () => {
  const client = "kExample1CNTRL";
  const claims = { sub: "repo:acme/app:pull_request", event_name: "pull_request" };
  const jwt = `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;
  const env = {
    CLIENT_ID: client,
    AUDIENCE: `api.tailscale.com/${client}`,
    ACTIONS_ID_TOKEN_REQUEST_URL: "https://token.example",
  };
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _url, ...withoutIdToken } = env;
  const explain = (world: World) =>
    runScript("explain-tailnet-federated", () => ({ env, tailscaleStatus: stopped, idToken: () => jwt, ...world }));
  const answer = (status: number) => async (url: string | URL | Request, request?: RequestInit) => {
    expect(String(url)).toBe("https://api.tailscale.com/api/v2/oauth/token-exchange");
    expect(Object.fromEntries(request?.body as URLSearchParams)).toEqual({ client_id: client, jwt });
    return new Response("{}", { status });
  };
  const unreachable = async () => {
    throw new TypeError("fetch failed");
  };

  /** Ends with the request's own limit, and at once. */
  const hanging = async (_: unknown, request?: RequestInit) => {
    if (!(request?.signal instanceof AbortSignal)) throw new SyntaxError("The request has no limit.");
    throw new DOMException("The operation was aborted due to timeout", "TimeoutError");
  };

  it.each<[string, World, string]>([
    ["joined, but the ping is not answered", { tailscaleStatus: running }, texts.noPing],
    ["no id-token", { env: withoutIdToken }, texts.noIdToken],
    ["the audience of another identity", { env: { ...env, AUDIENCE: "api.tailscale.com/x" } }, texts.otherAudience],
    ["no audience", { env: { ...env, AUDIENCE: "" } }, texts.otherAudience],
    ["no client ID", { env: { ...env, CLIENT_ID: "" } }, texts.otherAudience],
    ["a deleted identity, or one that does not fit", { fetch: answer(403) }, texts.tokenRefused],
    ["an identity that is accepted", { fetch: answer(200) }, texts.tagRefused],
    ["no way to Tailscale", { fetch: unreachable }, texts.noTailscale],
    ["a connection that hangs", { fetch: hanging }, texts.noTailscale],
  ])("%s", async (_, world, cause) => {
    const { exported, log } = await explain({ fetch: unreachable, ...world });
    expect(exported).toEqual({ CAUSE: cause });
    expect(log.join()).not.toContain(jwt);
  });

  it("logs the claims that Tailscale compares", async () => {
    expect((await explain({ fetch: answer(403) })).log).toEqual([`403 for ${JSON.stringify(claims)}`]);
  });
});

it.each([
  [stopped, texts.oauthRefused],
  ["", texts.oauthRefused],
  [running, texts.noPing],
])("with an OAuth client and the status %j", async (tailscaleStatus, cause) => {
  expect((await runScript("explain-tailnet-oauth", () => ({ tailscaleStatus }))).exported).toEqual({ CAUSE: cause });
});

it("speaks of an identity only where there is one, and of an OAuth client only where there is that", () => {
  expect(scriptText("explain-tailnet-federated")).not.toMatch(/oauth client|SECRET/i);
  expect(scriptText("explain-tailnet-oauth")).not.toMatch(/identity|id-token|audience/i);
  for (const shared of ["check-access", "report"] as const) expect(scriptText(shared)).not.toMatch(/identity|oauth/i);
});
