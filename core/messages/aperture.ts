import type { Section } from "./entry.ts";

export const aperture: Section = {
  title: "Red: Aperture",
  introduction: "Step **Ask Aperture**: one HTTP request, because the ping before it proves neither DNS nor a port.",
  entries: [
    {
      when: "the ping passes",
      says: "The host name of {url} does not resolve.",
      file: "core/workflow/scripts.ts",
      cause:
        "MagicDNS is off, the tailnet's DNS has no search domain, or a self-hosted runner keeps its own resolver. `tailscale ping` finds the name in the peer list",
      fix: "turn [MagicDNS](https://login.tailscale.com/admin/dns) on; or the full name as `aperture.hostname`",
    },
    {
      when: "the ping passes",
      says: "{url} does not answer on port 80.",
      file: "core/workflow/scripts.ts",
      cause: "the grant does not open `tcp:80`; `dst` is another device; Aperture is down",
      fix: "`ip` and `dst` of the grant; the device",
    },
    {
      when: "with `access denied: no role granted` in Aperture",
      says: "Aperture refuses {tag} with HTTP {status}.",
      file: "core/workflow/scripts.ts",
      cause:
        'no grant with `{ "role": "user" }` reaches it: the entry was edited, `dst` is missing, or the runner has a second tag',
      fix: "`pulumi preview` shows an edited entry; [one tag only](security.md#what-a-tag-may-reach)",
    },
    {
      seen: "403 now and then",
      cause: "Mullvad exit nodes: their addresses collide with 100.64.0.0/10",
      fix: "no Mullvad exit node on runners or the Aperture device",
    },
    {
      when: "a warning",
      says: "It answers, but serves no list of models",
      file: "core/workflow/scripts.ts",
      cause: "an Aperture version without that path",
      fix: "none; the next step decides",
    },
    {
      says: "ANTHROPIC_BASE_URL is not set",
      file: "core/workflow/scripts.ts",
      cause: "the job's `env` was removed",
      fix: "restore the file",
    },
  ],
};
