import type { Section } from "./entry.ts";

export const tailnet: Section = {
  title: "Red: the runner does not join the tailnet",
  introduction:
    "Step **Connect to tailnet**. The last step says `The runner did not join the tailnet, or Aperture did not answer its\nping.`",
  entries: [
    {
      seen: "connection timeout",
      cause:
        "the tag is not in `tagOwners`, the secrets are wrong, or the runner does not reach `controlplane.tailscale.com`",
      fix: "the tag: `pulumi preview` shows a missing entry; the secrets: `pulumi up --refresh` restores them; self-hosted: outgoing HTTPS",
    },
    {
      seen: "`Please provide either an auth key, OAuth secret and tags, or federated identity client ID and audience with tags.`",
      cause: "a secret is empty: deleted, or the run gets none (fork, Dependabot) and the `if` was removed",
      fix: "`pulumi up --refresh`; restore the file",
    },
    {
      seen: "`failed to exchange JWT for access token: token exchange failed with status 403`, then `sudo failed with exit code 1`",
      cause:
        "the token does not match the identity: subject, audience or claim. Common: a custom subject template, a transfer to another owner, `environment` changed by hand",
      fix: "`pulumi up`, which reads the subject's form from GitHub; the reason is at [Trust credentials](https://login.tailscale.com/admin/settings/trust-credentials)",
    },
    {
      seen: "the same on a repository made, renamed or transferred since 2026-07-15, with a subject typed by hand",
      cause:
        "[new form of the subject](https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/) with ids",
      fix: "as above",
    },
    {
      seen: "`Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable`",
      cause: "no `id-token: write`: the file was changed, or the run comes from a fork",
      fix: "restore the file; [forks](security.md#who-can-start-a-run)",
    },
    {
      seen: "`requested tags [...] are invalid or not permitted`",
      cause: "the workflow asks for a tag that the credential has not",
      fix: "`tags:` and `tag` must agree: `pulumi up`",
    },
    {
      seen: "all credentials fail, and the tailnet has Tailnet Lock",
      cause: "trust credentials [do not work](https://github.com/tailscale/github-action) with it",
      fix: "not supported by this program",
    },
    {
      seen: "`no matching peer`, then `Ping host ai did not respond` after three minutes",
      cause:
        "the runner may not see the Aperture device: no grant for the tag to it, another `hostname`, or the device is off",
      fix: "`dst` and `ip` of the grant; `aperture.hostname`; the device in the admin console",
    },
  ],
};
