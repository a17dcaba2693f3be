/** What the two official providers say when a service refuses a write, by what was to be written. */
import { adminPages } from "./admin-pages.ts";
import type { ForeignMessage } from "./entry.ts";

/** An error of a resource. The first entry whose pattern is in the error explains it. */
export interface ProviderError extends ForeignMessage {
  when: string;
}

const when = "in `up`";

/** What Go says where no answer came, or one that is not the API's: without a status, and alike in both providers. */
const unanswered: readonly ProviderError[] = [
  {
    when,
    theirs: [
      "invalid character '<' looking for beginning of value",
      "unexpected end of JSON input",
      "hujson: line 1 ...",
    ],
    pattern:
      /invalid character '[^']*' |unexpected end of JSON input|json: cannot unmarshal|hujson: line |could not convert publicKey/,
    cause:
      "something else answered in the API's place: a proxy, the login page of a network, a load balancer in an outage",
    fix: "ask the API with `curl` from the same machine, and look at `HTTPS_PROXY` and `NO_PROXY`; then run `pulumi up --refresh`",
  },
  {
    when,
    theirs: ["tls: failed to verify certificate: x509: certificate signed by unknown authority"],
    pattern: /x509: /,
    cause: "a proxy that looks into TLS, or a server of your own, whose CA this machine does not know",
    fix: "add the CA to the system's store, or name it in `SSL_CERT_FILE` (for the program and the plugin: `NODE_EXTRA_CA_CERTS`)",
  },
  {
    when,
    theirs: ["dial tcp ...: connect: connection refused", "proxyconnect tcp: ...", "context deadline exceeded", "EOF"],
    pattern:
      /dial tcp|proxyconnect|no such host|connection (refused|reset)|deadline exceeded|timeout|\bEOF\b|": (Forbidden|Proxy Authentication Required|Bad Gateway)/i,
    cause:
      "no network, a proxy that is missing or refuses, or the connection broke. What was asked for may have happened",
    fix: "look at `HTTPS_PROXY` and `NO_PROXY`; then run `pulumi up --refresh`: it goes on where it stopped",
  },
];

/** The GitHub provider's errors are `METHOD URL: STATUS MESSAGE [...]` (google/go-github, `ErrorResponse.Error`). */
export const githubErrors: readonly ProviderError[] = [
  {
    when,
    theirs: ["403 API rate limit exceeded ...", "403 You have exceeded a secondary rate limit ...", "429 ..."],
    pattern: /: 403 .*rate limit|: 429 /i,
    cause: "GitHub's limits: 5,000 requests an hour, and fewer of some kinds in a minute",
    fix: "wait for an hour at most, run `pulumi up` again: it goes on where it stopped",
  },
  {
    when,
    theirs: ["401 Bad credentials"],
    pattern: /: 401 /,
    cause: "the GitHub token is wrong, or expired or was revoked during the run",
    fix: "a new `GITHUB_TOKEN`, then the same command again: it goes on where it stopped",
  },
  {
    when,
    theirs: ["403 Repository was archived so is read-only."],
    pattern: /: 403 .*(archived|access blocked)/,
    cause: "the repository was archived or blocked since the preview",
    fix: "unarchive it, or remove it from `claude-aperture:repositories`",
  },
  {
    when: `${when}, for a secret`,
    theirs: ["403 Resource not accessible by ...", "403 Must have admin rights to Repository."],
    pattern: /\/actions\/secrets\/\S+: 403 /,
    cause: "Secrets are not writable for the token, or only for admins",
    fix: "the right Secrets, write (classic: the scope `repo`), and the role that the organisation wants for secrets",
  },
  {
    when: `${when}, for a secret`,
    theirs: ["404 Not Found"],
    pattern: /\/actions\/secrets\/\S+: 404 /,
    cause: "the token may not see the repository's secrets, or the repository was deleted since the preview",
    fix: "the right Secrets, read and write (classic: the scope `repo`); `pulumi preview` names a repository that is gone",
  },
  {
    when: `${when}, for a secret`,
    theirs: ["422 ..."],
    pattern: /\/actions\/secrets\/\S+: 422 /,
    cause: "GitHub refuses the name or the form of the secret, or its public key changed at that moment",
    fix: "run `pulumi up` again; a name of a `transform` takes letters, digits and underscores, and no `GITHUB_` in front",
  },
  {
    when,
    theirs: ["403 ...", "404 ...", "422 ..."],
    pattern: /\/api\/v3\/\S+: (403|404|422) |api\.github\.com\/\S+: (403|404|422) /,
    cause: "the token may not do this in the repository, or the repository was deleted since the preview",
    fix: "classic: the scopes `repo` and `workflow`; the rights of others are in the [README](../README.md#use-it)",
  },
  {
    when,
    theirs: ["500 ...", "502 ...", "503 ..."],
    pattern: /: 5\d\d /,
    cause: "GitHub fails, or what is between, and went on failing while the provider tried again",
    fix: "[githubstatus.com](https://www.githubstatus.com); then run `pulumi up --refresh`: it goes on where it stopped",
  },
  ...unanswered,
];

/** The Tailscale provider's errors end in `MESSAGE (STATUS)` (tailscale-client-go-v2, `APIError.Error`). */
export const tailscaleErrors: readonly ProviderError[] = [
  {
    when,
    theirs: ["requested tags [tag:ci] are invalid or not permitted (400)"],
    pattern: /requested tags \[[^\]]*\] are invalid or not permitted/,
    cause: "the deployer is a trust credential, and its tags do not own the runner's tag",
    fix: "`tagOwners: [tag:deployer]`, with the deployer's tag",
  },
  {
    when,
    theirs: ['OAuth client cannot grant scopes "auth_keys" (403)'],
    pattern: /OAuth client cannot grant scopes/,
    cause: "the deployer can give only scopes that it has",
    fix: "add `auth_keys` to the deployer's credential",
  },
  {
    when: `${when}, for a federated identity or an OAuth client`,
    theirs: ["calling actor does not have enough permissions to perform this function (403)"],
    pattern: /\(403\)/,
    cause:
      "the deployer lacks the scope `federated_keys` (for an OAuth client `oauth_keys`), or its user is no Owner, Admin or Network admin",
    fix: `add the scope at [Trust credentials](${adminPages.trustCredentials}), run \`pulumi up\` again`,
  },
  {
    when,
    theirs: ["API token invalid (401)"],
    pattern: /\(401\)|oauth2: .*401/,
    cause: "the deployer's key or token expired or was revoked during the run",
    fix: "a new credential in the environment, then the same command again: it goes on where it stopped",
  },
  {
    when,
    theirs: ["... (404)"],
    pattern: /\(404\)/,
    cause: "`TAILSCALE_TAILNET` or `TAILSCALE_BASE_URL` is wrong, or the credential was deleted since the preview",
    fix: "unset both variables; for a credential that is gone `pulumi up --refresh` makes a new one",
  },
  {
    when,
    theirs: ["... (400)", "... (422)"],
    pattern: /\((400|422)\)/,
    cause: "Tailscale does not take the credential as it is described; its message names what",
    fix: "change what it names: `identity`, `tag` or `environment` of the stack, or a `transform`",
  },
  {
    when,
    theirs: ["... (429)"],
    pattern: /\(429\)|oauth2: .*\b429\b/,
    cause: "Tailscale's limit on requests: too many credentials at a time",
    fix: "run `pulumi up` again: it goes on where it stopped; with `--parallel 16` it asks more slowly",
  },
  {
    when,
    theirs: ["... (500)", "... (502)", "... (503)"],
    pattern: /\(5\d\d\)|oauth2: .*\b5\d\d\b/,
    cause: "Tailscale's API fails, or what is between. What was asked for may have happened",
    fix: "[status.tailscale.com](https://status.tailscale.com); then run `pulumi up` again: it goes on where it stopped, and a credential that was made all the same is found and deleted",
  },
  ...unanswered,
];

/** The explanation of an error that a provider gave for a resource of the type `type`; undefined when none is known. */
export function explanationOf(type: string, error: string): ProviderError | undefined {
  const errors = type.startsWith("github:") ? githubErrors : type.startsWith("tailscale:") ? tailscaleErrors : [];
  return errors.find(({ pattern }) => pattern.test(error));
}
