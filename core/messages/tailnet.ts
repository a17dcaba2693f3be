import { adminPages } from "./admin-pages.ts";
import { message, type Section } from "./entry.ts";

export const noTailscale = message({
  says: "The runner does not reach api.tailscale.com.",
  cause: "no way out to the internet, or only through a proxy that refuses it",
  fix: "self-hosted: outgoing HTTPS to `api.tailscale.com` and `controlplane.tailscale.com`",
});

export const noIdToken = message({
  says: "The job lacks id-token: write.",
  cause: "no `id-token: write`: the file was changed, or the run comes from a fork",
  fix: "restore the file; [forks](security.md#who-can-start-a-run)",
});

export const otherAudience = message({
  says: "TS_AUDIENCE does not belong to TS_OAUTH_CLIENT_ID, or one is missing.",
  cause: "a repository secret was deleted or set by hand; organization secrets of the same name",
  fix: "`pulumi up --refresh`, which sets both",
});

export const tokenRefused = message({
  says: "Tailscale refuses the identity: it was deleted, or it does not fit the claims in this log.",
  cause:
    "`pulumi destroy` or a deletion in the console; a custom subject template, a transfer, `environment` or `runs-on` changed by hand, a self-hosted runner with the label of GitHub's",
  fix: `\`pulumi up --refresh\`; the reason is at [Trust credentials](${adminPages.trustCredentials})`,
});

export const tagRefused = message({
  says: "Tailscale accepts the identity, but not with this tag.",
  cause: "the workflow asks for a tag that the credential does not have, or that is not in `tagOwners`; Tailnet Lock",
  fix: "`tags:` and `tag` must agree: `pulumi up`; a missing entry shows in `pulumi preview`",
});

export const oauthRefused = message({
  says: "Tailscale refuses the OAuth client: its secret is missing or gone, or it lacks the tag.",
  cause: "the secret was deleted or replaced by hand, or the client was deleted",
  fix: "`pulumi up --refresh`",
});

export const noPing = message({
  says: "The runner joined, but no grant shows it Aperture, or Aperture is off.",
  cause: "`no matching peer`: no grant for the tag to the device, another `hostname`, or the device is off",
  fix: "`dst` and `ip` of the grant; `aperture.hostname`; the device in the admin console",
});

export const tailnet: Section = {
  title: "Red: the runner does not join the tailnet",
  introduction:
    "Step **Connect to tailnet**. The last step asks Tailscale once more and says which link is broken; the words of Tailscale\nitself are in the log of **Connect to tailnet** only.",
  entries: [
    noTailscale,
    noIdToken,
    otherAudience,
    tokenRefused,
    tagRefused,
    oauthRefused,
    noPing,
    {
      seen: "connection timeout",
      cause:
        "the tag is not in `tagOwners`, the secrets are wrong, or the runner does not reach `controlplane.tailscale.com`",
      fix: "the tag: `pulumi preview` shows a missing entry; the secrets: `pulumi up --refresh` restores them; self-hosted: outgoing HTTPS",
    },
    {
      seen: "`Please provide either an auth key, OAuth secret and tags, or federated identity client ID and audience with tags.`",
      logged: /Please provide either an auth key, OAuth secret and tags/,
      cause: "a secret is empty: deleted, or the run gets none (fork, Dependabot) and the `if` was removed",
      fix: "`pulumi up --refresh`; restore the file",
    },
    {
      seen: "`failed to exchange JWT for access token: token exchange failed with status 403`, then `sudo failed with exit code 1`",
      logged: /token exchange failed with status 403/,
      cause:
        "the token does not match the identity: subject, audience or claim. Common: a custom subject template, a transfer to another owner, `environment` changed by hand",
      fix: `\`pulumi up\`, which reads the subject's form from GitHub; the reason is at [Trust credentials](${adminPages.trustCredentials})`,
    },
    {
      seen: "`token exchange failed with status 403` on a repository made, renamed or transferred since 2026-07-15, with a subject typed by hand",
      cause:
        "[new form of the subject](https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/) with ids",
      fix: "`pulumi up`, which reads the subject's form from GitHub",
    },
    {
      seen: "`Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable`",
      logged: /Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable/,
      cause: "no `id-token: write`: the file was changed, or the run comes from a fork",
      fix: "restore the file; [forks](security.md#who-can-start-a-run)",
    },
    {
      seen: "`requested tags [...] are invalid or not permitted`",
      logged: /requested tags \[.*\] are invalid or not permitted/,
      cause: "the workflow asks for a tag that the credential does not have",
      fix: "`tags:` and `tag` must agree: `pulumi up`",
    },
    {
      seen: "all credentials fail, and the tailnet has Tailnet Lock",
      cause: "trust credentials [do not work](https://github.com/tailscale/github-action) with it",
      fix: "not supported by this program",
    },
    {
      seen: "`no matching peer`, then `Ping host ai did not respond` after three minutes",
      logged: /no matching peer|Ping host \S+ did not respond/,
      cause:
        "the runner may not see the Aperture device: no grant for the tag to it, another `hostname`, or the device is off",
      fix: "`dst` and `ip` of the grant; `aperture.hostname`; the device in the admin console",
    },
  ],
};
