/** Before the first `pulumi up`: what the credential for Tailscale may do. */
import { adminPages } from "../../messages/admin-pages.ts";
import type { Tag } from "../../policy/fragment.ts";
import { isTag } from "../../policy/rules.ts";
import { readTagOwners } from "../../policy/tag-owners.ts";
import type { Settings } from "../../settings/settings.ts";
import { type BeforeFacts, isRefused } from "../before-facts.ts";
import type { Verdict } from "../check.ts";
import { type Fact, isUnread } from "../facts.ts";
import type { StackCheck } from "../judge.ts";
import { brokenByMessage } from "../message-verdicts.ts";
import { broken, link, ok, skip, unknown, wait } from "../verdicts.ts";

type Row = StackCheck<BeforeFacts>;

const row = { category: "credentials", phase: "before", scope: "stack", severity: "error" } as const;

const trustCredentials = link(adminPages.trustCredentials, "Trust credentials, in Tailscale's admin console");
const inFirstRun = "the first `pulumi up` shows it";

const kinds = {
  apiKey: "an API key",
  oauth: "an OAuth client",
  identityToken: "a federated identity, with a token of your own",
  audience: "a federated identity, with a token of GitHub Actions",
} as const;

const tailscaleCredential: Row = {
  ...row,
  severity: "fatal",
  id: "tailscale-credential",
  title: "One kind of Tailscale credential is set, and Tailscale accepts it",
  reads: "`TAILSCALE_*` in the environment; `GET /api/v2/tailnet/-/acl`",
  cause: "no variable is set, two kinds are, or the key has expired (an API key lives for 90 days at most)",
  fix: "one complete set of `TAILSCALE_*`; see [Tailscale credentials](#tailscale-credentials)",
  judge: ({ tailscale: { credential } }) => {
    if (!isUnread(credential)) return ok(describe(credential));
    return isRefused(credential)
      ? brokenByMessage(credential.unread, "Set a new credential in the environment.")
      : unknown(credential.unread);
  },
};

function describe({ kind, clientId }: { kind: keyof typeof kinds; clientId?: string }): string {
  return clientId === undefined ? kinds[kind] : `${kinds[kind]}, ${clientId}`;
}

/** A right that a scope gives, and the request that fails without it, where one does. */
interface Right {
  id: string;
  title: string;
  reads: string;
  /** What it is needed for. */
  purpose: string;
  /** Empty: the settings do not need it. */
  scopesOf(settings: Settings): string[];
  answerOf?(facts: BeforeFacts): Fact<unknown>;
}

const rights: readonly Right[] = [
  {
    id: "tailscale-policy-scope",
    title: "The Tailscale credential may read and write the policy file",
    reads: "its own scopes; `GET /api/v2/tailnet/-/acl`",
    purpose: "to put tag and grant into the policy file",
    scopesOf: ({ policy }) => [policy.mode === "write" ? "policy_file" : "policy_file:read"],
    answerOf: ({ tailnet }) => tailnet.policy,
  },
  {
    id: "tailscale-keys-scope",
    title: "The Tailscale credential may make credentials for runners",
    reads: "its own scopes; `GET /api/v2/tailnet/-/keys`",
    purpose: "to make the credentials with which runners join",
    scopesOf: ({ repositories }) => [
      ...new Set(repositories.map(({ identity }) => (identity.kind === "federated" ? "federated_keys" : "oauth_keys"))),
    ],
    answerOf: ({ tailnet }) => tailnet.keys,
  },
  {
    id: "tailscale-auth-keys-scope",
    title: "The Tailscale credential may hand out what runners need",
    reads: "its own scopes",
    purpose: "because a credential can only hand out scopes that it has",
    scopesOf: () => ["auth_keys"],
  },
  {
    id: "tailscale-devices-scope",
    title: "The Tailscale credential may see the devices",
    reads: "its own scopes; `GET /api/v2/tailnet/-/devices`",
    purpose: "to find Aperture by its name, since aperture.device is not set",
    scopesOf: ({ aperture }) => (aperture.device === undefined ? ["devices:core:read"] : []),
    answerOf: ({ tailnet }) => tailnet.devices,
  },
];

const scopeRows: readonly Row[] = rights.map(({ id, title, reads, purpose, scopesOf, answerOf }) => ({
  ...row,
  id,
  title,
  reads,
  needs: ["tailscale-credential"],
  cause: `a scope of the trust credential is missing, or the API key's user is no Owner, Admin or Network admin: it is needed ${purpose}`,
  fix: `a credential that has it: [Trust credentials](${adminPages.trustCredentials})`,
  judge: (facts) => {
    const { settings, tailscale } = facts;
    const wanted = scopesOf(settings);
    if (wanted.length === 0) return ok("the settings do not need it");
    const answer = answerOf?.(facts);
    if (answer !== undefined && isRefused(answer)) {
      return broken(`Tailscale does not let the credential: ${firstLine(answer.unread)}`, trustCredentials);
    }
    const isReadByUser = isApiKey(facts) && answer !== undefined && !isUnread(answer);
    if (isReadByUser) return ok("an API key: its user may read it");
    const held = isUnread(tailscale.rights) ? undefined : tailscale.rights?.scopes;
    if (held === undefined) return explainUnknownRights(facts, wanted);
    const missing = wanted.filter((scope) => !includesScope(held, scope));
    if (missing.length === 0) return ok();
    return broken(`The Tailscale credential lacks ${name(missing)}, ${purpose}.`, trustCredentials);
  },
}));

const isApiKey = ({ tailscale: { credential } }: BeforeFacts): boolean =>
  !isUnread(credential) && credential.kind === "apiKey";

function explainUnknownRights(facts: BeforeFacts, wanted: string[]): Verdict {
  const { rights } = facts.tailscale;
  if (isApiKey(facts)) {
    return wait(
      `An API key does what its user may, which no request tells: Owner, Admin and Network admin may. If not, ${inFirstRun}.`,
    );
  }
  if (isUnread(rights)) return unknown(rights.unread);
  return wait(`Tailscale does not show which scopes the credential has. It needs ${name(wanted)}.`, trustCredentials);
}

/** A trust credential hands out tags that it carries, or that its tags own; to people with a role every tag is open. */
const tailscaleTag: Row = {
  ...row,
  id: "tailscale-tag",
  title: "The Tailscale credential may hand out the runners' tag",
  reads: "its own tags; `tagOwners` of the policy file",
  needs: ["tailscale-credential", "tailscale-policy-scope"],
  cause:
    "a trust credential can only hand out tags that it carries or that one of its tags owns; `tagOwners: []` is enough for an API key alone",
  fix: "give the credential the runners' tag, or a tag of its own, such as `tag:deployer`, and that to `tagOwners`",
  judge: (facts) => {
    if (isApiKey(facts)) return skip("an API key's user has a role in place of tags");
    const { stack, settings } = facts;
    const { rights } = facts.tailscale;
    const { policy } = facts.tailnet;
    if (isUnread(rights)) return unknown(rights.unread);
    if (isUnread(policy)) return unknown(policy.unread);
    const held = rights?.tags;
    if (held === undefined) return wait("Tailscale does not show which tags the credential carries.", trustCredentials);
    const tags = [...new Set(settings.repositories.map(({ tag }) => tag))];
    return tags
      .filter((tag) => !held.includes(tag))
      .flatMap((tag) => judgeOwners(tag, held, readTagOwners(policy, tag) ?? settings.tagOwners, stack));
  },
};

function judgeOwners(tag: Tag, held: readonly string[], owners: readonly string[], stack: string): Verdict[] {
  if (owners.some((owner) => held.includes(owner))) return [];
  const [first] = held;
  const has = first === undefined ? "carries no tag" : `carries ${held.join(" and ")}`;
  return [
    broken(
      `The Tailscale credential ${has}, which ${first === undefined ? "is not" : "neither is nor owns"} ${tag}: it cannot make a credential for it.`,
      first === undefined || !isTag(first)
        ? trustCredentials
        : {
            kind: "command",
            command: `pulumi config set --path 'claude-aperture:tagOwners[0]' ${first} --stack ${stack}`,
          },
    ),
  ];
}

export const beforeTailscaleChecks: readonly Row[] = [tailscaleCredential, ...scopeRows, tailscaleTag];

/** https://tailscale.com/kb/1623/trust-credentials: writing includes reading, `all` everything. */
export function includesScope(held: readonly string[], wanted: string): boolean {
  return (
    held.includes(wanted) ||
    held.includes("all") ||
    (wanted.endsWith(":read") && (held.includes("all:read") || held.includes(wanted.slice(0, -":read".length))))
  );
}

const name = (scopes: readonly string[]): string =>
  `the ${scopes.length === 1 ? "scope" : "scopes"} ${scopes.join(" and ")}`;

const firstLine = (message: string): string => message.split("\n")[0] ?? "";
