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
 * `HTTP proxy listening on 127.0.0.1:<port>`. `tailscale --socket=D/s logout` removes the device, and so does SIGTERM to a
 * `tailscaled` with `--state=mem:`; SIGKILL leaves it.
 */

import { rmSync } from "node:fs";
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
  /** For the progress of a build, and for the end of the program where nobody asked for it. */
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
  /** Of the program, which holds control server, relay and the Aperture node. */
  processId: number | undefined;
  /** Temporary; gone when the program ends, whatever the reason. */
  directory: string;
  /** Comes if the program ends before `close`; until then nobody knows of an end to what they wait for. */
  failure: Promise<Error>;
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
  let directory = "";
  const ready = Promise.withResolvers<string>();
  const failure = Promise.withResolvers<Error>();
  const child = new TailnetProgram(tailnet, handle, (error) => {
    // It removes the folder itself, but not where it was killed.
    if (directory) rmSync(directory, { recursive: true, force: true });
    registry.disconnectAll();
    ready.reject(error);
    failure.resolve(error);
  });
  const publish = () => child.send({ netmap: { members: members.list(), magicDns: state.magicDns } });

  function handle(report: Report): void {
    if (report.ready) {
      directory = report.ready.directory;
      ready.resolve(report.ready.controlUrl);
    }
    if (report.online) registry.setOnline(report.online);
    if (report.register) child.send({ answer: registry.answer(report.register) });
    if (report.failed) ready.reject(new Error(`The tailnet does not start: ${report.failed}\n${child.log.last()}`));
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
    failure.promise.then(({ message }) => log?.(message));
    return {
      controlUrl,
      programs: { tailscaled, tailscale: cli },
      environment: { ...environment },
      nodes: () => registry.nodes(),
      log: () => child.log.last(),
      processId: child.processId,
      directory,
      failure: failure.promise,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
