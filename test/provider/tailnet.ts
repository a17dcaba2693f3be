/** Operations of the plugin against the stand-in of Tailscale's API, without waiting. */
import { afterEach } from "vitest";
import type { Fragment } from "../../core/policy/fragment.ts";
import type { Severity } from "../../provider/engine-log.ts";
import type { Inputs } from "../../provider/fragment/inputs.ts";
import type { OperationContext } from "../../provider/resource.ts";
import { startTailscale, type TailscaleOptions } from "../../sandbox/tailscale/index.ts";
import { TailnetConnection } from "../../services/tailscale/connection.ts";
import { KeysApi } from "../../services/tailscale/keys.ts";
import { PolicyApi } from "../../services/tailscale/policy-file.ts";
import { createRuntime, type Runtime } from "../../services/tailscale/runtime.ts";
import { testKey } from "./support.ts";

/** A company's file with something in every section that a fragment touches. */
export const companyPolicy = `// Acme's tailnet.
{
	"groups": {"group:eng": ["alice@acme.example"]},
	// Who may put a tag on a device.
	"tagOwners": {
		"tag:aperture": ["group:eng"], // the gateway
		"tag:web": [],
	},
	"grants": [
		// People use what engineering runs.
		{"src": ["group:eng"], "dst": ["tag:web"], "ip": ["tcp:443"]},
	],
	"tests": [
		{"src": "group:eng", "accept": ["tag:web:443"], "deny": ["tag:aperture:22"]},
	],
}
`;

export const ciAccess = {
  owners: [],
  destinations: ["tag:aperture"],
  ports: ["tcp:80"],
  models: ["anthropic/**"],
  test: "accept",
} satisfies Fragment["tag:x"];

export function inputs(changes: Partial<Inputs> = {}): Inputs {
  return { access: { "tag:ci": ciAccess }, owner: "claude-aperture/prod", mode: "write", shareTag: false, ...changes };
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Called before a request is sent; throws to break the connection before, or returns a function to call after. */
export type Interference = (request: { method: string; path: string }) => undefined | (() => void);

/** A tailnet that lives until the end of the test. `interfere` can be replaced at any time. */
export async function startTailnet(options: Partial<TailscaleOptions> = {}) {
  const service = await startTailscale({ policy: companyPolicy, apiKeys: [testKey], ...options });
  cleanups.push(() => service.close());
  const logged: { severity: Severity; message: string }[] = [];
  const waits: number[] = [];
  const tailnet = {
    ...service,
    logged,
    waits,
    interfere: (() => undefined) as Interference,
    /** `POST /acl 412` and so on, tokens left out. */
    requests: () =>
      service.journal.map(({ method, path, status }) => `${method} ${path.replace("/api/v2/tailnet/-", "")} ${status}`),
  };
  const runtime: Runtime = {
    ...createRuntime(),
    environment: { TAILSCALE_API_KEY: testKey, TAILSCALE_BASE_URL: service.url },
    random: () => 0,
    async sleep(milliseconds) {
      waits.push(milliseconds);
    },
    async fetch(input, init) {
      const path = new URL(String(input)).pathname.replace("/api/v2/tailnet/-", "");
      const after = tailnet.interfere({ method: init?.method ?? "GET", path });
      const response = await globalThis.fetch(input, init);
      after?.();
      return response;
    },
  };
  const connection = new TailnetConnection(runtime, {});
  const context: OperationContext = {
    api: new PolicyApi(connection),
    keys: new KeysApi(connection),
    github: () => Promise.reject(new Error("no GitHub here")),
    runtime,
    async log(severity, message) {
      logged.push({ severity, message });
    },
  };
  return { ...tailnet, tailnet, context };
}
