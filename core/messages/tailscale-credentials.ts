import { adminPages } from "./admin-pages.ts";
import { message, type Section } from "./entry.ts";
import { tailscaleErrors } from "./provider-errors.ts";

const completeSets = [
  "  TAILSCALE_API_KEY",
  "  TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET",
  "  TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_IDENTITY_TOKEN",
  "  TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_AUDIENCE (in GitHub Actions)",
].join("\n");

const eachIsComplete = ` Each of these is complete:\n${completeSets}`;

export const noCredentials = message({
  says: "No Tailscale credentials are set.",
  advice: ` Set one of these in the environment:\n${completeSets}`,
  cause: "none of the variables is set",
  fix: "one of the complete sets that the message lists",
});

export const noClientId = message({
  says: "TAILSCALE_OAUTH_CLIENT_ID is not set.",
  advice: eachIsComplete,
  cause: "a secret or a token without the client that it belongs to",
  fix: "one of the complete sets that the message lists",
});

export const noProof = message({
  says: "TAILSCALE_OAUTH_CLIENT_ID is set, without a secret or token that goes with it.",
  advice: eachIsComplete,
  cause: "a client ID alone",
  fix: "one of the complete sets that the message lists",
});

export const twoKinds = message({
  says: "Two kinds of Tailscale credentials are set: an API key and an OAuth client or federated identity.",
  advice:
    "\nUnset TAILSCALE_API_KEY, or else all of TAILSCALE_OAUTH_CLIENT_ID, TAILSCALE_OAUTH_CLIENT_SECRET, " +
    "TAILSCALE_IDENTITY_TOKEN, TAILSCALE_AUDIENCE and their older names OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, " +
    "IDENTITY_TOKEN.",
  cause: "`OAUTH_CLIENT_ID` and the other old names count",
  fix: "unset one kind",
});

export const twoProofs = message({
  says: "TAILSCALE_AUDIENCE contradicts TAILSCALE_OAUTH_CLIENT_SECRET and TAILSCALE_IDENTITY_TOKEN: set one of the three.",
  cause: "one client ID with two ways to prove it",
  fix: "as it says",
});

export const unauthorized = message({
  says: "Tailscale did not {action} (401){said}",
  advice:
    "\nThe credential is not accepted: an API key may have expired (they live for 90 days at most). Set a new one.",
  cause: "an API key has expired: they live for 90 days at most",
  fix: "a new one",
});

export const forbidden = message({
  says: "Tailscale did not {action} (403){said}",
  advice: "\nThe credential lacks the scope {scope}, or its user is no Owner, Admin or Network admin.",
  cause: "a scope is missing, or the key's user is no Owner, Admin or Network admin",
  fix: "the scope that the message names",
});

export const notFound = message({
  says: "Tailscale did not {action} (404){said}",
  advice: "\nCheck TAILSCALE_TAILNET (the tailnet ID, or unset for the credential's own) and TAILSCALE_BASE_URL.",
  cause: "`TAILSCALE_TAILNET` or `TAILSCALE_BASE_URL` is wrong",
  fix: "unset both",
});

export const redirected = message({
  says: "Tailscale did not {action} ({status}){said}",
  advice:
    "\nThe answer is a redirect, which is not followed, so that the credential stays here. Check TAILSCALE_BASE_URL.",
  when: "with 301, 302, 307 or 308",
  cause: "`TAILSCALE_BASE_URL` names something else than Tailscale's API",
  fix: "unset it",
});

export const refused = message({
  says: "Tailscale did not {action} ({status}){said}",
  advice: "\nIts API does not take the request. Nothing was written; is TAILSCALE_BASE_URL Tailscale's API?",
  when: "with another status, such as 422",
  cause: "a proxy answers in Tailscale's place, or its API has changed",
  fix: "unset `TAILSCALE_BASE_URL`; a newer version of this program",
});

export const notTailscale = message({
  says: "{origin} did not answer as Tailscale's API when asked to {action}: it sent {what}.",
  advice:
    "\nSomething answered in its place, such as a proxy or the login page of a network, or TAILSCALE_BASE_URL names\n" +
    "something else. Nothing was taken from the answer. Try again from a network that reaches the API.",
  cause: "a proxy, the login page of a network, a load balancer during an outage, or `TAILSCALE_BASE_URL`",
  fix: "open the address with `curl` from the same machine; then the proxy's settings, `NO_PROXY`, or no `TAILSCALE_BASE_URL`",
});

export const clientRefused = message({
  says: "Tailscale refused the OAuth client ({status}){said}",
  advice: "\nCheck TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET, and that the client still exists.",
  cause: "wrong secret, or the client was deleted",
  fix: "as it says",
});

export const identityRefused = message({
  says: "Tailscale refused the identity token for client {client} ({status}){said}",
  advice: `\nThe reason is on the credential's page: ${adminPages.trustCredentials}`,
  cause: "subject, audience or a claim does not match. The answer has no reason on purpose",
  fix: `the reason is on the credential's page at [Trust credentials](${adminPages.trustCredentials})`,
});

export const noRuntimeToken = message({
  says: "TAILSCALE_AUDIENCE asks the runtime for an identity token, and this is no GitHub Actions job that may have one.",
  advice:
    "\nIn a job, grant it with `permissions: id-token: write`. Elsewhere (AWS, GCP, ...) fetch the token yourself and " +
    "set TAILSCALE_IDENTITY_TOKEN instead.",
  cause: "not in GitHub Actions, or without `id-token: write`",
  fix: "as it says",
});

export const noIdentityToken = message({
  says: "GitHub Actions gave no identity token: its runtime sent {what}.",
  advice: "\nRun the job again. On a runner of your own: does a proxy stand between it and GitHub?",
  cause: "an outage, or something that answers in GitHub's place",
  fix: "run the job again; look at the proxy of a self-hosted runner",
});

export const noJsonWebToken = message({
  says: "TAILSCALE_IDENTITY_TOKEN is not a JSON Web Token with an expiry.",
  advice: " Set what the identity provider issues, three parts with dots between, or `file:/path`.",
  cause: "another value, or a part of the token",
  fix: "the whole token",
});

export const unreadableFile = message({
  says: "{variable} names a file that cannot be read: {reason}",
  advice: "\nCorrect the path behind `file:`, or let the user that runs Pulumi read it.",
  cause: "a wrong path, or missing permissions",
  fix: "as it says",
});

export const noAddress = message({
  says: "TAILSCALE_BASE_URL is not the address of an API: {found}.",
  advice: " Expected something like https://api.tailscale.com",
  cause: "no URL, another scheme than http or https, or a user, query or fragment in it",
  fix: "unset it",
});

export const noEtag = message({
  says: "The policy file came without an ETag, so no edit of it is safe.",
  advice:
    "\nTailscale's API sends one. Does a proxy remove it, or does TAILSCALE_BASE_URL name something else? Nothing was written.",
  cause: "a proxy that removes headers, or `TAILSCALE_BASE_URL`",
  fix: "`NO_PROXY`, or unset `TAILSCALE_BASE_URL`",
});

export const tokenExpired = message({
  says: "TAILSCALE_IDENTITY_TOKEN expired at {time}; fetch a new one.",
  cause: "identity tokens are short-lived",
  fix: "fetch one right before `pulumi`",
});

export const trailingSlash = message({
  says: "TAILSCALE_BASE_URL ends in a slash, which the Tailscale provider does not take: set it to {url}",
  cause: "the Tailscale provider does not take it",
  fix: "without the slash",
});

export const unreachable = message({
  says: "{origin} cannot be reached: {reason}",
  cause: "no network, a proxy that is missing or refuses, a certificate that Node does not know, or no answer in 60 s",
  fix: "[`HTTPS_PROXY`, `NO_PROXY`, `NODE_EXTRA_CA_CERTS`](../README.md#use-it)",
});

export const credentialInState = message({
  says: "It is a credential, which would stand in the state.",
  advice:
    " Set {variable} in the environment instead, or give a file here: file:/path. Then: pulumi config rm claude-aperture:{key}",
  cause: "`claude-aperture:apiKey` or the like in the stack",
  fix: "the variable that the message names",
});

export const tailscaleCredentials: Section = {
  title: "Tailscale credentials",
  entries: [
    noCredentials,
    noClientId,
    noProof,
    twoKinds,
    twoProofs,
    unauthorized,
    forbidden,
    notFound,
    redirected,
    refused,
    notTailscale,
    clientRefused,
    identityRefused,
    noRuntimeToken,
    noIdentityToken,
    noJsonWebToken,
    tokenExpired,
    unreadableFile,
    noAddress,
    trailingSlash,
    noEtag,
    ...tailscaleErrors,
    credentialInState,
    unreachable,
  ],
};
