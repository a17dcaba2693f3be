/** The proxy of the environment: which request goes through it, and that clients do, over TLS of a private CA as well. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { childEnvironment } from "../../sandbox/engine/environment.ts";
import { createService, listen } from "../../sandbox/service.ts";
import { fetchThroughProxy } from "../../services/fetch.ts";
import { findProxy, ProxyError } from "../../services/proxy.ts";
import { createAuthority } from "../network/certificates.ts";
import { type ForwardProxy, startProxy, startTls } from "../network/network.ts";

const proxy = "http://proxy.example:3128";

describe("findProxy", () => {
  const both = { HTTPS_PROXY: "http://tls.example:1", HTTP_PROXY: "http://plain.example:2" };
  it.each<[title: string, url: string, environment: Record<string, string>, want: string | undefined]>([
    ["no variable", "https://api.example/", {}, undefined],
    ["empty variables", "https://api.example/", { HTTPS_PROXY: "", https_proxy: "" }, undefined],
    ["https", "https://api.example/", both, "http://tls.example:1/"],
    ["http", "http://api.example/", both, "http://plain.example:2/"],
    ["https is not for HTTP_PROXY", "https://api.example/", { HTTP_PROXY: proxy }, undefined],
    ["lower case", "https://api.example/", { https_proxy: proxy }, `${proxy}/`],
    ["upper case wins, as in Go", "https://api.example/", { HTTPS_PROXY: proxy, https_proxy: "http://x" }, `${proxy}/`],
    ["a proxy without a scheme", "https://api.example/", { HTTPS_PROXY: "proxy.example:3128" }, `${proxy}/`],
    ["an https proxy", "https://api.example/", { HTTPS_PROXY: "https://p.example" }, "https://p.example/"],
  ])("%s", (_title, url, environment, want) => {
    expect(findProxy(new URL(url), environment)?.href).toBe(want);
  });

  it.each([
    "http://localhost:3000/",
    "https://localhost/",
    "http://127.0.0.1:3000/",
    "http://127.255.0.9/",
    "http://[::1]:3000/",
  ])("never for this machine: %s", (url) => {
    expect(findProxy(new URL(url), { HTTP_PROXY: proxy, HTTPS_PROXY: proxy })).toBeUndefined();
  });

  it.each<[noProxy: string, url: string, isProxied: boolean]>([
    ["*", "https://api.example/", false],
    ["other.example", "https://api.example/", true],
    ["api.example", "https://api.example/", false],
    ["API.Example", "https://api.example/", false],
    ["api.example", "https://v1.api.example/", false],
    ["api.example", "https://myapi.example/", true],
    [".example", "https://api.example/", false],
    ["*.example", "https://api.example/", false],
    [".api.example", "https://api.example/", true],
    ["a.example , api.example", "https://api.example/", false],
    ["api.example:443", "https://api.example/", false],
    ["api.example:8443", "https://api.example/", true],
    ["api.example:8443", "https://api.example:8443/", false],
    ["10.0.0.0/8", "https://10.1.2.3/", false],
    ["10.0.0.0/8", "https://11.1.2.3/", true],
    ["10.0.0.0/8", "https://api.example/", true],
    ["10.0.0.0/x", "https://10.1.2.3/", true],
    ["10.1.2.3", "https://10.1.2.3/", false],
    ["fd00::/8", "https://[fd00::1]/", false],
    ["fd00:0::1", "https://[fd00::1]/", false],
    ["[fd00::1]:443", "https://[fd00::1]/", false],
    ["[fd00::1]:80", "https://[fd00::1]/", true],
    ["", "https://api.example/", true],
    [", ,", "https://api.example/", true],
  ])("NO_PROXY=%s for %s: proxied %s", (noProxy, url, isProxied) => {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      const found = findProxy(new URL(url), { HTTPS_PROXY: proxy, [name]: noProxy });
      expect(found !== undefined, name).toBe(isProxied);
    }
  });

  it.each(["socks5://user:hush@proxy.example", "ftp://proxy.example", "http://"])(
    "refuses %s without its text",
    (value) => {
      expect(() => findProxy(new URL("https://api.example/"), { HTTPS_PROXY: value })).toThrow(ProxyError);
      expect(() => findProxy(new URL("https://api.example/"), { HTTPS_PROXY: value })).toThrow(
        "HTTPS_PROXY is not the address of an HTTP proxy. Expected something like http://proxy.example:3128",
      );
    },
  );
});

describe("a client behind a proxy", () => {
  const authority = createAuthority();
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-ca-"));
  const caFile = join(directory, "ca.pem");
  let service: Awaited<ReturnType<typeof listen>>;
  let tls: Awaited<ReturnType<typeof startTls>>;
  const started: ForwardProxy[] = [];
  const startRouted = async (credential?: string) => {
    const routes = { "api.tailscale.test:443": tls.port, "api.tailscale.test:80": Number(new URL(service.url).port) };
    const made = await startProxy({ routes, ...(credential ? { credential } : {}) });
    started.push(made);
    return made;
  };

  beforeAll(async () => {
    writeFileSync(caFile, authority.certificate);
    const { app } = createService({}, () => ({}));
    app.all("/acl", (c) => c.text(`served ${c.req.method} for ${c.req.header("host")}`));
    service = await listen(app);
    tls = await startTls(authority.issue("api.tailscale.test"), Number(new URL(service.url).port));
  });
  afterAll(async () => {
    for (const one of [...started, tls, service]) await one.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** What a process of Node with these variables prints that reads `url`. */
  function read(url: string, variables: Record<string, string>): Promise<string> {
    const module = JSON.stringify(new URL("../../services/fetch.ts", import.meta.url).href);
    const script = `import { fetchThroughProxy } from ${module};
      const fetch = fetchThroughProxy(process.env);
      try { console.log(await (await fetch(${JSON.stringify(url)})).text()); }
      catch (error) { console.log(error.cause?.message ?? error.message); }`;
    return new Promise((resolve) => {
      const env = childEnvironment(variables);
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], { env });
      let output = "";
      child.stdout.on("data", (text) => (output += text));
      child.stderr.on("data", (text) => (output += text));
      child.once("close", () => resolve(output.trim()));
    });
  }

  it("tunnels TLS, and trusts the CA that NODE_EXTRA_CA_CERTS names and no other", async () => {
    const { url, asked } = await startRouted();
    const ca = { NODE_EXTRA_CA_CERTS: caFile };
    const target = "https://api.tailscale.test/acl";
    expect(await read(target, { HTTPS_PROXY: url, ...ca })).toBe("served GET for api.tailscale.test");
    expect(await read(target, { https_proxy: url, ...ca })).toBe("served GET for api.tailscale.test");
    expect(await read(target, { HTTPS_PROXY: url })).toMatch(/unable to verify the first certificate|self-signed/);
    expect(asked).toEqual(Array(3).fill("CONNECT api.tailscale.test:443"));
    expect(await read(target, { HTTPS_PROXY: url, NO_PROXY: "tailscale.test", ...ca })).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(asked).toHaveLength(3);
  });

  it("trusts the CA without a proxy too", async () => {
    const local = await startTls(authority.issue("localhost"), Number(new URL(service.url).port));
    onTestFinished(() => local.close());
    const target = `https://localhost:${local.port}/acl`;
    expect(await read(target, { NODE_EXTRA_CA_CERTS: caFile })).toBe(`served GET for localhost:${local.port}`);
    expect(await read(target, {})).toMatch(/unable to verify the first certificate|self-signed/);
  });

  it("has plain HTTP forwarded", async () => {
    const { url, asked } = await startRouted();
    const fetch = fetchThroughProxy({ HTTP_PROXY: url });
    expect(await (await fetch("http://api.tailscale.test/acl", { method: "POST", body: "x" })).text()).toBe(
      "served POST for api.tailscale.test",
    );
    expect(asked).toEqual(["POST http://api.tailscale.test/acl"]);
  });

  it.each(["user:p%40ss", "user:"])("shows the proxy the credential %s of its address", async (credential) => {
    const { port, asked } = await startRouted(decodeURIComponent(credential));
    const fetch = fetchThroughProxy({ HTTP_PROXY: `http://${credential}@127.0.0.1:${port}` });
    expect((await fetch("http://api.tailscale.test/acl")).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  it("says what a proxy answers that does not let it through, and never the credential", async () => {
    const { port } = await startRouted("user:pass");
    const fetch = fetchThroughProxy({ HTTPS_PROXY: `http://user:hush-hush@127.0.0.1:${port}` });
    const error: unknown = await fetch("https://api.tailscale.test/acl").catch((reason) => reason);
    expect(error).toMatchObject({
      cause: { message: `the proxy 127.0.0.1:${port} answered 407 when asked for a connection` },
    });
    expect(String((error as Error).stack) + String((error as Error).cause)).not.toContain("hush");
  });

  it("reaches this machine directly, also where Node is told to use the proxy", async () => {
    const { url, asked } = await startRouted();
    const variables = { HTTP_PROXY: url, HTTPS_PROXY: url, NODE_USE_ENV_PROXY: "1" };
    expect(await read(`${service.url}/acl`, variables)).toBe(`served GET for ${new URL(service.url).host}`);
    expect(asked).toEqual([]);
  });

  it("loads and changes nothing global without a proxy", async () => {
    const { url } = service;
    expect(await (await fetchThroughProxy({})(`${url}/acl`)).text()).toBe(`served GET for ${new URL(url).host}`);
    const before = globalThis.fetch;
    fetchThroughProxy({ HTTP_PROXY: "http://127.0.0.1:1" });
    expect(globalThis.fetch).toBe(before);
  });

  it("follows a redirect to where that may go", async () => {
    const { url, asked } = await startRouted();
    const redirecting = createServer((_, answer) =>
      answer.writeHead(302, { location: "http://api.tailscale.test/acl" }).end(),
    );
    await new Promise<void>((resolve) => redirecting.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void redirecting.close());
    const { port } = redirecting.address() as { port: number };
    const fetch = fetchThroughProxy({ HTTP_PROXY: url });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("served GET for api.tailscale.test");
    expect(asked).toEqual(["GET http://api.tailscale.test/acl"]);
  });
});
