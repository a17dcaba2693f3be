/** What a job can reach, and what its programs are told of it. */

/** The sandbox, seen from a job. */
export interface Network {
  /** Address of GitHub. */
  github: string;
  /** Address of Tailscale's API: what `api.tailscale.com` stands for. */
  tailscale: string | undefined;
  /** First label of the name that Aperture has in the tailnet. */
  aperture: string;
  tailnet: TailnetAccess | undefined;
}

export interface TailnetAccess {
  controlUrl: string;
  programs: { tailscaled: string; tailscale: string };
  environment: Readonly<Record<string, string>>;
}

/** What the stand-in actions get beside their inputs. */
export interface ActionSettings {
  /** The job's way out: a proxy for everything that is not on this machine. */
  egress: string;
  /** Where the joined `tailscaled` is written to, as a `Membership`. */
  membershipFile: string;
  tailscale: string | undefined;
  tailnet: TailnetAccess | undefined;
  /** A real Claude CLI in place of the client of our own. */
  claude?: string;
}

/** How the job's `tailscaled` is reached. */
export interface Membership {
  socket: string;
  /** Of its HTTP proxy, `127.0.0.1:<port>`. */
  proxy: string;
}

/** A connection that led neither to GitHub nor to Tailscale nor to Aperture. */
export interface Bypass {
  host: string;
  port: number;
}
