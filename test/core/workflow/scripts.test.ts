/** The delivered `run` steps, executed by Bash: against a loopback server, and with programs that stand in for others. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ShellName, shellText } from "../../../core/workflow/script-text.ts";
import { texts } from "../../../core/workflow/texts.ts";
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

/** What a red step says and hands on. */
const red = (cause: string) => ({
  status: 1,
  log: expect.stringContaining(`::error::${cause}\n`),
  exported: [`CAUSE=${cause}`],
});

it.each<ShellName>(["check-runner", "ask-aperture"])("%s starts no interpreter and has no comment", (name) => {
  expect(shellText(name)).not.toMatch(/\b(node|bun|python3?|ruby|perl|npx|eval|source)\b|^\s*#/m);
});

describe("Check the runner", () => {
  const step = "Check the runner";
  it.each<[string, Record<string, string | undefined>, string]>([
    ["another base URL", { ANTHROPIC_BASE_URL: "https://api.anthropic.com" }, texts.noBaseUrl],
    ["a base URL without a scheme", { ANTHROPIC_BASE_URL: "ai" }, texts.noBaseUrl],
    ["a base URL without a host", { ANTHROPIC_BASE_URL: "http://" }, texts.noBaseUrl],
    ["no base URL", { ANTHROPIC_BASE_URL: undefined }, texts.noBaseUrl],
    ["macOS", { RUNNER_OS: "macOS" }, texts.noLinux],
    ["no HOME", { HOME: undefined }, texts.noHome],
    ["a missing program", { TOOLS: "bash no-such-program" }, "The runner lacks no-such-program."],
  ])("%s", async (_, env, cause) => {
    machine.program("gh", "exit 0");
    expect(await machine.run(step, env)).toMatchObject(red(cause));
  });

  it.each([
    ["ANTHROPIC_UNIX_SOCKET"],
    ["ANTHROPIC_AUTH_TOKEN"],
    ["ANTHROPIC_BEDROCK_BASE_URL"],
    ["CLAUDE_CODE_USE_MANTLE"],
    ["CLAUDE_CODE_USE_ANTHROPIC_AWS"],
    ["CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD"],
    ["CLAUDE_CODE_OAUTH_TOKEN"],
    ["CLAUDE_CONFIG_DIR"],
    ["CLAUDE_CODE_A_PROVIDER_OF_TOMORROW"],
  ])("%s of the runner, without its value", async (name) => {
    const outcome = await machine.run(step, { [name]: "the-value" });
    expect(outcome).toMatchObject(red(`The runner sets ${name}, which could lead Claude Code past Aperture.`));
    expect(outcome.log).not.toContain("the-value");
  });

  it.each([
    ["ANTHROPIC_MODEL", "x"],
    ["ANTHROPIC_DEFAULT_HAIKU_MODEL", "x"],
    ["CLAUDE_CODE_MAX_RETRIES", "x"],
    ["CLAUDECODE", "1"],
    ["MY_CLAUDE_CODE_USE_BEDROCK", "1"],
    ["CLAUDE_CODE_USE_BEDROCK", ""],
  ])("takes %s=%s of the runner for harmless", async (name, value) => {
    expect(await machine.run(step, { [name]: value })).toMatchObject({ status: 0 });
  });

  it("a tailscaled that runs already", async () => {
    machine.program("gh", "exit 0");
    writeFileSync(machine.socket, "");
    expect(await machine.run(step)).toMatchObject(red(texts.tailscaledRuns));
  });

  it.each<[string, Record<string, string>, string]>([
    ["no exceptions", {}, "ai"],
    ["NO_PROXY alone", { NO_PROXY: "localhost,.corp" }, "localhost,.corp,ai"],
    ["no_proxy alone", { no_proxy: "10.0.0.0/8" }, "10.0.0.0/8,ai"],
    ["both", { NO_PROXY: "a", no_proxy: "b" }, "a,b,ai"],
    ["all hosts", { NO_PROXY: "*" }, "*"],
    ["an asterisk among others, which means nothing", { no_proxy: "a,*" }, "a,*,ai"],
  ])("takes Aperture's host off the proxies: %s", async (_, env, list) => {
    machine.program("gh", "exit 0");
    const { status, exported } = await machine.run(step, env);
    expect({ status, exported }).toEqual({ status: 0, exported: [`NO_PROXY=${list}`, `no_proxy=${list}`] });
  });
});

describe("An exception that covers claude.ai as well", () => {
  const warning = `::warning::${texts.shortName}\n`;
  it.each<[string, Record<string, string>, boolean]>([
    ["a short name and a proxy", { https_proxy: "http://proxy.test" }, true],
    ["the other spelling", { HTTPS_PROXY: "http://proxy.test" }, true],
    ["no proxy", {}, false],
    ["a full name", { https_proxy: "http://proxy.test", ANTHROPIC_BASE_URL: "http://ai.example.ts.net" }, false],
    ["another short name", { https_proxy: "http://proxy.test", ANTHROPIC_BASE_URL: "http://i" }, false],
  ])("%s", async (_, env, warns) => {
    machine.program("gh", "exit 0");
    const { status, log } = await machine.run("Check the runner", env);
    expect({ status, warns: log.includes(warning) }).toEqual({ status: 0, warns });
  });
});

describe("Ask Aperture", () => {
  const step = "Ask Aperture";
  const ask = async (routes: Parameters<typeof answer>[0], env = {}) => {
    server = await answer(routes);
    return machine.run(step, { ANTHROPIC_BASE_URL: server.url, ...env });
  };
  const green = { status: 0, exported: [] };
  const providers = JSON.stringify([{ id: "anthropic", models: ["claude-sonnet-4-6"] }]);
  const page = '<html>Sign in to the proxy. {"data": []}</html>';

  it.each<[string, Parameters<typeof answer>[0], object]>([
    ["a list of providers", { "/api/providers": { status: 200, body: providers } }, green],
    ["an empty list", { "/api/providers": { status: 200, body: "[]" } }, green],
    ["a list of models", { "/v1/models": { status: 200, body: '{"object":"list",\n"data":[]}' } }, green],
    ["its own API", { "/aperture/openapi.json": { status: 200, body: '{"info":{"title":"Aperture API"}}' } }, green],
    ["nothing that is known", {}, red(texts.notAperture)],
    [
      "another API",
      { "/aperture/openapi.json": { status: 200, body: '{"info":{"title":"Pets"}}' } },
      red(texts.notAperture),
    ],
    ["a page, as of a proxy", { "/api/providers": { status: 200, body: page } }, red(texts.notAperture)],
    ["an empty page", { "/api/providers": { status: 200 } }, red(texts.notAperture)],
    ["401", { "/api/providers": { status: 401 } }, red(texts.noRole)],
    ["403", { "/api/providers": { status: 403, body: "::error::from the body" } }, red(texts.noRole)],
    ["a missing role at the second path", { "/v1/models": { status: 403 } }, red(texts.noRole)],
    ["301", { "/api/providers": { status: 301 } }, red(texts.notAperture)],
    ["500", { "/api/providers": { status: 500, body: providers } }, red(texts.status500)],
    ["503", { "/api/providers": { status: 503 } }, red(texts.status500)],
  ])("%s", async (_, routes, want) => {
    const outcome = await ask(routes);
    expect(outcome).toMatchObject(want);
    expect(outcome.log).not.toContain("from the body");
  });

  it("a host that accepts and does not answer is not blamed on the grant", async () => {
    machine.program("curl", 'PATH="${PATH#*:}" exec curl "$@" --max-time 0.1');
    expect(await ask({ "/api/providers": undefined })).toMatchObject(red(texts.noAnswer));
    expect(server?.requests).toHaveLength(1);
  });

  it.each<[string, string, string, string]>([
    ["a name that does not resolve", "6 000 0.000000", texts.noName, "? waits 5 ? waits 5 ? waits 5 ?"],
    ["a port that nobody listens at", "7 000 0.000000", texts.noConnection, "? waits 5 ? down up waits 5 ? waits 5 ?"],
    ["a connection that takes its five seconds", "28 000 0.000000", texts.noConnection, "? ? down up ? ?"],
  ])("%s is asked for again every five seconds until the time is up", async (_, seen, cause, events) => {
    const [code, ...answered] = seen.split(" ");
    machine.program("curl", `echo '?' >> events; printf '\\n${answered.join(" ")}'; exit ${code}`);
    machine.program("sleep", 'echo "waits $1" >> events');
    machine.program("sudo", 'echo "$2" >> events');
    const outcome = await machine.run(step, { JOIN_TIMEOUT: "15" });
    expect(outcome).toMatchObject(red(cause));
    expect(outcome.log.match(new RegExp(`^GET http://ai/api/providers: ${seen}$`, "gm"))).toHaveLength(4);
    expect(readFileSync(join(machine.folder, "events"), "utf8").trim().split("\n").join(" ")).toBe(events);
  });

  it("a port that nobody listens at, with the real curl", async () => {
    const { url, close } = await answer({});
    await close();
    const outcome = await machine.run(step, { ANTHROPIC_BASE_URL: url, JOIN_TIMEOUT: "0" });
    expect(outcome).toMatchObject(red(texts.noConnection));
    expect(outcome.log).toContain(": 7 000 0.000000\n");
  });

  it("a host that is there at last is taken", async () => {
    machine.program(
      "curl",
      "if [[ -e tried ]]; then printf '[]\\n200 0.001'; else touch tried; printf '\\n000 0.000000'; exit 6; fi",
    );
    expect(await machine.run(step)).toMatchObject({
      ...green,
      log: "GET http://ai/api/providers: 6 000 0.000000\nGET http://ai/api/providers: 0 200 0.001\n",
    });
  });

  it("curl goes past the runner's proxy once the list has Aperture's host", async () => {
    server = await answer({ "http://ai.test/api/providers": { status: 200, body: providers } });
    const proxied = { ANTHROPIC_BASE_URL: "http://ai.test", http_proxy: server.url, JOIN_TIMEOUT: "0" };
    expect(await machine.run(step, proxied)).toMatchObject(green);
    expect(server.requests).toHaveLength(1);
    machine.program("gh", "exit 0");
    const { exported } = await machine.run("Check the runner", proxied);
    const lists = Object.fromEntries(exported.map((line) => line.split("=") as [string, string]));
    expect(await machine.run(step, { ...proxied, ...lists })).toMatchObject(red(texts.noName));
    expect(server.requests).toHaveLength(1);
  });
});
