/** How Claude Code reaches the gateway: proxies, and how long it tries when the gateway refuses or does not answer. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startModel } from "./model.ts";
import { createWorld, start, type World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.remove());

describe("a proxy of the runner", () => {
  it.each([
    [{}, "proxy"],
    [{ NO_PROXY: "127.0.0.1" }, "gateway"],
    [{ no_proxy: "127.0.0.1" }, "gateway"],
    [{ NO_PROXY: "example.com,127.0.0.1", no_proxy: "example.com,127.0.0.1" }, "gateway"],
    [{ NO_PROXY: "other" }, "proxy"],
  ] as const)("with %j the request goes to the %s", async (exceptions, want) => {
    const proxy = await startModel();
    const toProxy = { http_proxy: proxy.url, HTTP_PROXY: proxy.url, https_proxy: proxy.url, HTTPS_PROXY: proxy.url };
    const { model } = await start({ world, environment: { ...toProxy, ...exceptions } });
    proxy.close();
    expect([proxy.conversation.length, model.conversation.length]).toEqual(want === "proxy" ? [1, 0] : [0, 1]);
  });
});

/** Three calls are the step's CLAUDE_CODE_MAX_RETRIES and one more; the program itself gives up earlier on some. */
describe("a gateway that fails is asked, and the run is an error", () => {
  it.each<[number | "silence", number]>([
    [401, 1],
    [403, 1],
    [404, 2],
    [429, 3],
    [500, 3],
    [529, 3],
    // API_TIMEOUT_MS ends the wait for an answer's head. An answer that stops in the middle is given up after five minutes.
    ["silence", 3],
  ])("%s: %i times", async (failure, calls) => {
    const model = await startModel({ failure });
    const { exitCode } = await start({ world, model, step: { API_TIMEOUT_MS: "2000" } });
    model.close();
    expect(model.conversation).toHaveLength(calls);
    expect(exitCode).toBe(1);
  });
});

/** The action hands over what follows `@claude` as the last text of the prompt, which may be a command. */
it.each(["/review", "/compact", "/no-such-command now"])("%s ends well, and no model was asked", async (prompt) => {
  const { model, exitCode, output } = await start({ world, preset: "mention", prompt });
  expect(model.conversation).toEqual([]);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/"num_turns":0\b/);
});
