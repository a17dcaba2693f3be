import { adminPages } from "./admin-pages.ts";
import { message, type Section } from "./entry.ts";

export const noLinux = message({
  says: "The runner is not Linux.",
  cause: "`workflow.runsOn` names a macOS or Windows runner",
  fix: "labels of a Linux runner",
});

export const noHome = message({
  says: "HOME is not set on the runner.",
  cause: "a container or a service without it, such as some pods of Actions Runner Controller",
  fix: "set `HOME` where the runner is started",
});

export const noTool = message({
  says: "The runner lacks {tool}.",
  cause: "`curl` and `sudo` install Claude Code and Tailscale",
  fix: "install it on the runner",
});

export const tailscaledRuns = message({
  says: "A tailscaled runs on this machine already; the job would log it out.",
  cause: "a self-hosted runner that is a node of a tailnet itself, or a run that was killed before it could clean up",
  fix: "a runner without Tailscale, such as a container or a virtual machine per job; after a killed run stop `tailscaled`",
});

export const noBaseUrl = message({
  says: "ANTHROPIC_BASE_URL is not http:// and a host.",
  cause: "the job's `env` was changed",
  fix: "restore the file",
});

export const redirect = message({
  says: "The runner sets {name}, which could lead Claude Code past Aperture.",
  cause:
    "a variable of Claude Code in the environment of the runner itself: its `.env` file, its service, its image. It may choose another provider, endpoint or credential",
  fix: "remove it there; the model is a setting, `workflow.model`",
});

export const shortName = message({
  when: "a warning",
  says: "The exception for Aperture also keeps claude.ai off the proxy: if only the proxy leads out, use a longer aperture.hostname.",
  cause:
    "the runner has a proxy, and `NO_PROXY=ai`, which keeps prompts off it, stands for every name that ends in `.ai` (curl, Node.js)",
  fix: "Aperture's full name as `aperture.hostname`, such as `ai.example.ts.net`",
});

export const noName = message({
  when: "the ping passes",
  says: "The name of Aperture does not resolve: MagicDNS is off, or it differs.",
  cause:
    "MagicDNS is off, the tailnet's DNS has no search domain, or a self-hosted runner keeps its own resolver. `tailscale ping` finds the name in the peer list",
  fix: `turn [MagicDNS](${adminPages.dns}) on; or the full name as \`aperture.hostname\``,
});

export const noConnection = message({
  when: "the ping passes",
  says: "Port 80 of Aperture cannot be reached: the grant lacks tcp:80, or Aperture is down.",
  cause:
    "the grant does not open `tcp:80`; `dst` is another device; Aperture is down; routes came later than `workflow.joinTimeoutSeconds`",
  fix: "`ip` and `dst` of the grant; the device",
});

export const noAnswer = message({
  says: "Aperture accepts the request and does not answer.",
  cause: "Aperture, or the model behind it, hangs. The network and the grant are fine",
  fix: "Aperture's log and its provider; run again",
});

export const noRole = message({
  when: "with `access denied: no role granted` in Aperture",
  says: "Aperture refuses the tag: its grant lacks the role user, or there is a second tag.",
  cause:
    'no grant with `{ "role": "user" }` reaches it: the entry was edited, `dst` is missing, or the runner has a second tag',
  fix: "`pulumi up`, where `pulumi preview` shows an edited entry; [one tag only](security.md#what-a-tag-may-reach)",
});

export const notAperture = message({
  says: "What answers is not Aperture: another host, or a proxy.",
  cause:
    "neither `/api/providers` nor `/v1/models` is a list of models, and `/aperture/openapi.json` does not name Aperture",
  fix: "`aperture.hostname`; a proxy that is not set by `http_proxy`",
});

export const aperture: Section = {
  title: "Red: the runner, and Aperture",
  introduction:
    "Steps **Check the runner** and **Ask Aperture**: one HTTP request, because the ping before it proves neither DNS nor a port.",
  entries: [
    noLinux,
    noHome,
    noTool,
    tailscaledRuns,
    {
      seen: "`'using: node24' is not supported` in **Set up job**",
      logged: /'using: node24' is not supported/,
      cause: "the runner is older than 2.327.1; no step of a workflow runs then, so none can say it",
      fix: "a newer runner",
    },
    noBaseUrl,
    redirect,
    shortName,
    noName,
    noConnection,
    noAnswer,
    noRole,
    notAperture,
    {
      seen: "403 now and then",
      cause: "Mullvad exit nodes: their addresses collide with 100.64.0.0/10",
      fix: "no Mullvad exit node on runners or the Aperture device",
    },
  ],
};
