/** The delivered `run` steps before Claude, executed by bash against a loopback server. The last one is in report.test.ts. */
import { existsSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answers, answer, Machine } from "./shell.ts";

let machine: Machine;
let server: Answers | undefined;
beforeEach(() => {
  machine = new Machine();
});
afterEach(async () => {
  machine.remove();
  await server?.close();
  server = undefined;
});

describe("Check the runner", () => {
  it.each(["", "https://api.anthropic.com", "ai", "http://"])("refuses the base URL %j", async (url) => {
    const { status, log } = await machine.run("review", "Check the runner", { ANTHROPIC_BASE_URL: url });
    expect(status).toBe(1);
    expect(log).toContain("::error title=ANTHROPIC_BASE_URL is not set::");
  });

  it("takes Aperture's, warns of a missing program, and removes what an earlier run left", async () => {
    writeFileSync(machine.executionFile, "[]");
    const { status, log } = await machine.run("review", "Check the runner", { TOOLS: "bash no-such-program" });
    expect(status).toBe(0);
    expect(log).toBe(
      "Claude Code will call http://ai.\n" +
        "::warning title=no-such-program is missing::Install no-such-program on this runner: Claude works with it.\n",
    );
    expect(existsSync(machine.executionFile)).toBe(false);
  });
});

describe("Ask Aperture", () => {
  const ask = async (routes: Parameters<typeof answer>[0]) => {
    server = await answer(routes);
    return machine.run("review", "Ask Aperture", { ANTHROPIC_BASE_URL: server.url });
  };

  it.each([
    [200, 0, ""],
    [401, 1, 'Aperture refuses tag:ci with HTTP 401. Check that its grant has { "role": "user" }'],
    [403, 1, 'Aperture refuses tag:ci with HTTP 403. Check that its grant has { "role": "user" }'],
    [301, 1, "answers with HTTP 301"],
    [500, 1, "answers with HTTP 500"],
  ])("status %d", async (answered, expected, message) => {
    const { status, log } = await ask({ "/api/providers": { status: answered, body: "::error::from the body" } });
    expect(status).toBe(expected);
    expect(log).toContain(message);
    expect(log).not.toContain("from the body");
    expect(server?.requests.map(({ path }) => path)).toEqual(["/api/providers"]);
  });

  it("asks a second path of a gateway that does not know the first", async () => {
    expect(await ask({ "/v1/models": { status: 200 } })).toMatchObject({ status: 0 });
    expect(server?.requests.map(({ path }) => path)).toEqual(["/api/providers", "/v1/models"]);
  });

  it("sees a missing role there too", async () => {
    expect(await ask({ "/v1/models": { status: 403 } })).toMatchObject({ status: 1 });
  });

  it("goes on, with a warning, where neither is known", async () => {
    const { status, log } = await ask({});
    expect(status).toBe(0);
    expect(log).toContain("::warning title=Aperture::");
  });

  it("says so when nothing listens, after three attempts", async () => {
    const { url, close } = await answer({});
    await close();
    machine.program("sleep", `echo "waits $1"`);
    const { status, log } = await machine.run("review", "Ask Aperture", { ANTHROPIC_BASE_URL: url });
    expect(status).toBe(1);
    expect(log.match(/waits 2/g)).toHaveLength(2);
    expect(log).toContain("does not answer on port 80. Check dst and ip (tcp:80) of the grant for tag:ci.");
  });

  it("says so when no answer comes", async () => {
    machine.program("curl", 'PATH="${PATH#*:}" exec curl "$@" --max-time 0.1');
    const { status, log } = await ask({ "/api/providers": undefined });
    expect(status).toBe(1);
    expect(log).toContain("does not answer on port 80");
    expect(server?.requests).toHaveLength(3);
  });

  it.each([
    [6, "The host name of http://ai does not resolve. Turn MagicDNS on"],
    [127, "curl is missing on this runner"],
    [52, "The request to http://ai failed with curl's exit code 52."],
  ])("knows curl's exit code %d", async (code, message) => {
    machine.program("curl", `exit ${code}`);
    const { status, log } = await machine.run("review", "Ask Aperture", {});
    expect(status).toBe(1);
    expect(log).toContain(message);
  });
});
