/**
 * A tailnet on the loopback interface, of Tailscale's own code: nodes, relay and the wire between them are of the module
 * tailscale.com (`go/`). Who may join, as what, and who reaches whom is the Tailscale stand-in's to say.
 *
 * A runner joins so, without root, with what `startTailnet` returns, in `environment`, and with an empty folder D of its own (the
 * path of a socket has at most 100 characters):
 *
 *     <programs.tailscaled> --tun=userspace-networking --state=mem: --statedir=D --socket=D/s --port=0 \
 *       --outbound-http-proxy-listen=127.0.0.1:0
 *     <programs.tailscale> --socket=D/s up --login-server=<controlUrl> --hostname=github-x --advertise-tags=tag:ci \
 *
 * and one of
 *
 *       "--client-id=<client ID>?preauthorized=true&ephemeral=true" --id-token=<OIDC token>
 *       "--authkey=<OAuth client's secret>?preauthorized=true&ephemeral=true&baseURL=<controlUrl>"
 *       --authkey=<auth key>
 *
 * `baseURL` is Tailscale's own switch (its feature/oauthkey); without it the CLI asks api.tailscale.com for an auth key. What the
 * runner sends goes through `http_proxy=http://127.0.0.1:<port>`; where port 0 was asked for, standard error says
 * `HTTP proxy listening on 127.0.0.1:<port>`. `tailscale --socket=D/s logout` removes the device; ending `tailscaled` does not.
 */

import type { Log } from "../engine/progress.ts";
import { programInCache } from "../programs.ts";
import { randomId } from "../tailscale/secrets.ts";
import type { TailscaleState } from "../tailscale/state.ts";
import { Members } from "./members.ts";
import { environment, program, type Report, TailnetProgram } from "./program.ts";
import { Registry } from "./registry.ts";

export interface TailnetOptions {
  /** The stand-in of the service: its API, credentials, devices and policy file. */
  tailscale: { url: string; state: TailscaleState };
  aperture: {
    /** What answers behind the node. */
    url: string;
    /** Of the header `X-Tailnet-Front`, which proves that `X-Tailnet-Caller` comes from the node. */
    frontSecret: string;
    /** First label of the name of the device that the node becomes. Default `ai`. */
    hostname?: string;
  };
  /** For the progress of a build. */
  log?: Log;
}

/** Who makes a request: the JSON of the header `X-Tailnet-Caller`, as `WhoIs` of the Aperture node has it. */
export interface TailnetCaller {
  /** First label of the device's name. */
  node: string;
  /** `tagged-devices` for a device with tags. */
  login: string;
  tags: string[];
  address: string;
  /** The values of `tailscale.com/cap/aperture`. */
  capabilities: unknown[];
}

export interface Tailnet {
  /** For `--login-server`; hands `/api/v2/` to the stand-in of the service. */
  controlUrl: string;
  programs: { tailscaled: string; tailscale: string };
  /** What keeps both programs from dialling anything outside this machine. */
  environment: Record<string, string>;
  /** Who has joined. */
  nodes(): { name: string; hostname: string; tags: string[]; addresses: string[]; online: boolean }[];
  /** The last lines of the program, for the message of a failure. */
  log(): string;
  close(): Promise<void>;
}

/**
 * Starts the tailnet, with the Aperture node in it; builds the programs first where the cache lacks them (three minutes).
 *
 * @throws GoMissing
 */
export async function startTailnet({ tailscale, aperture, log }: TailnetOptions): Promise<Tailnet> {
  const { tailnet = "", tailscaled = "", tailscale: cli = "" } = await programInCache(program, log);
  const { state, url } = tailscale;
  const hostname = aperture.hostname ?? "ai";
  const authKey = `tskey-auth-front-${randomId(32)}`;
  const members = new Members(state);
  const registry = new Registry(state, { authKey, hostname });
  const ready = Promise.withResolvers<string>();
  // It may fail later, when nobody waits any more.
  ready.promise.catch(() => {});
  const child = new TailnetProgram(tailnet, handle, ready.reject);
  const publish = () => child.send({ netmap: members.list() });

  function handle(report: Report): void {
    if (report.ready) ready.resolve(report.ready.controlUrl);
    if (report.online) registry.setOnline(report.online);
    if (report.register) child.send({ answer: registry.answer(report.register) });
    if (report.failed) ready.reject(new Error(`The tailnet does not start: ${report.failed}\n${child.log()}`));
  }

  state.observers.add(publish);
  const close = async () => {
    state.observers.delete(publish);
    await child.close();
    registry.disconnectAll();
  };
  child.send({
    start: {
      tailscale: url,
      domain: state.domain,
      aperture: { hostname, authKey, url: aperture.url, secret: aperture.frontSecret },
    },
  });
  try {
    const controlUrl = await ready.promise;
    return {
      controlUrl,
      programs: { tailscaled, tailscale: cli },
      environment: { ...environment },
      nodes: () => registry.nodes(),
      log: () => child.log(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
