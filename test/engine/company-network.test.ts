/**
 * A whole run in a network where only a proxy knows GitHub and Tailscale, whose TLS is signed by the company's own CA: the
 * program, the policy plugin and both providers get through, and nothing of this machine goes to the proxy.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { start } from "../../core/messages/start.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { createAuthority } from "../network/certificates.ts";
import { startProxy, startTls } from "../network/network.ts";
import { fail, oneRepository, stackIn, succeed } from "./support.ts";

const hosts = { github: "github.company.test", tailscale: "api.tailscale.test" };

/** The proxy, and the variables with which a run finds everything through it. */
async function companyNetwork({ github, tailscale }: World) {
  const authority = createAuthority();
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-ca-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const ca = join(directory, "ca.pem");
  writeFileSync(ca, authority.certificate);
  const certificate = authority.issue(...Object.values(hosts));
  const tls = async ({ url }: { url: string }) => {
    const server = await startTls(certificate, Number(new URL(url).port));
    onTestFinished(() => server.close());
    return server.port;
  };
  const routes = { [`${hosts.github}:443`]: await tls(github), [`${hosts.tailscale}:443`]: await tls(tailscale) };
  const proxy = await startProxy({ routes });
  onTestFinished(() => proxy.close());
  return {
    proxy,
    environment: {
      GITHUB_BASE_URL: `https://${hosts.github}/`,
      TAILSCALE_BASE_URL: `https://${hosts.tailscale}`,
      NODE_EXTRA_CA_CERTS: ca,
      // Go's.
      SSL_CERT_FILE: ca,
    },
  };
}

it.each([
  // Go and we never ask a proxy for this machine; gRPC in Pulumi's own SDK does when the name is in lower case.
  { HTTPS_PROXY: "PROXY" },
  { https_proxy: "PROXY", no_proxy: "localhost,127.0.0.1" },
])("up and destroy go through the proxy of the environment: %j", async (variables) => {
  const world = await startWorld();
  onTestFinished(() => world.close());
  const { proxy, environment } = await companyNetwork(world);
  const named = Object.entries(variables).map(([name, value]) => [name, value.replace("PROXY", proxy.url)]);
  const project = await stackIn(world, {
    environment: { ...environment, ...Object.fromEntries(named) },
    config: { ...oneRepository, "claude-aperture:aperture": { hostname: "ai" } },
  });
  await succeed(project, "up");
  expect(world.github.secretValue("acme/app", "TS_AUDIENCE")).toBeTruthy();
  expect(world.tailscale.state.policy).toContain("managed by Pulumi");
  await succeed(project, "destroy");
  expect(world.tailscale.state.policy).not.toContain("managed by Pulumi");
  const asked = [...new Set(proxy.asked)].sort();
  expect(asked).toEqual([hosts.tailscale, hosts.github].map((host) => `CONNECT ${host}:443`));
});

it("docs/troubleshooting.md knows what Pulumi says where no_proxy is missing", async () => {
  const world = await startWorld();
  onTestFinished(() => world.close());
  const { proxy, environment } = await companyNetwork(world);
  const project = await stackIn(world, { environment: { ...environment, https_proxy: proxy.url } });
  const output = await fail(project, "preview");
  expect(output).toContain("Failed to connect to 127.0.0.1:");
  const rows = start.entries.filter((entry) => "pattern" in entry && entry.pattern.test(output));
  expect(rows.map(({ fix }) => fix)).toEqual([expect.stringContaining("no_proxy=localhost,127.0.0.1")]);
});
