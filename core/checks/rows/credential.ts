/** The credential with which the runners join the tailnet. */
import { adminPages } from "../../messages/admin-pages.ts";
import { scopeOf } from "../../settings/delivery-rules.ts";
import type { Verdict } from "../check.ts";
import { type CredentialSetup, isUnread, type RepositoryFacts, type TailnetCredential } from "../facts.ts";
import type { RepositoryCheck } from "../judge.ts";
import { findOtherCredentials } from "../other-credentials.ts";
import { matchesPattern } from "../patterns.ts";
import { expectSubject, findCredentialSetup, findLiveCredential, listSentSubjects } from "../subject.ts";
import { broken, judgeFact, link, ok, skip, unknown, upWithRefresh } from "../verdicts.ts";

const edited = "somebody edited the credential in the admin console";
const refresh = "`pulumi up --refresh`: a plain one does not look at credentials";

const row = (
  own: Omit<RepositoryCheck, "category" | "phase" | "scope" | "severity" | "reads"> & {
    severity?: RepositoryCheck["severity"];
    reads?: string;
  },
): RepositoryCheck => ({
  category: "credential",
  phase: "after",
  scope: "repository",
  severity: "error",
  reads: "`GET /api/v2/tailnet/-/keys`",
  ...own,
});

export const credentialRows: readonly RepositoryCheck[] = [
  row({
    id: "credential-exists",
    title: "The credential of the runners exists in the tailnet",
    needs: ["repository-set-up"],
    cause:
      "somebody deleted or revoked it. Where it cannot be told: our credential lacks the scope `federated_keys:read` or `oauth_keys:read`",
    fix: refresh,
    judge(facts) {
      const setup = findCredentialSetup(facts);
      if (isUnread(facts.setup)) return unknown(facts.setup.unread);
      if (!setup)
        return broken(`The state has no credential for ${facts.settings.slug}.`, upWithRefresh(stackOf(facts)));
      return judgeFact(findLiveCredential(facts), (live) =>
        live ? ok(setup.clientId) : broken(`${nameOf(setup)} is gone from the tailnet.`, upWithRefresh(stackOf(facts))),
      );
    },
  }),
  row({
    id: "credential-scope",
    title: "The credential may make auth keys, and nothing else",
    needs: ["credential-exists"],
    cause: `${edited}. Without \`auth_keys\` no runner joins; with more, a job can do more`,
    fix: refresh,
    judge: judgeLive(({ live, setup, facts }) => {
      const { scopes } = live;
      if (scopes.length === 1 && scopes[0] === "auth_keys") return ok();
      return broken(
        `${nameOf(setup)} has the scopes ${JSON.stringify(scopes)} and not ["auth_keys"].`,
        upWithRefresh(stackOf(facts)),
      );
    }),
  }),
  row({
    id: "credential-tag",
    title: "The credential gives runners the tag of the grant, and no other",
    needs: ["credential-exists"],
    cause: `${edited}; or the tag in the settings is another one since. With two tags a runner is somebody else for Aperture`,
    fix: refresh,
    judge: judgeLive(({ live, setup, facts }) => {
      const { tag } = facts.settings;
      if (live.tags.length === 1 && live.tags[0] === tag) return ok();
      return broken(
        `${nameOf(setup)} has the tags ${JSON.stringify(live.tags)} and not ${JSON.stringify([tag])}.`,
        upWithRefresh(stackOf(facts)),
      );
    }),
  }),
  row({
    id: "credential-issuer",
    title: "The identity trusts GitHub's issuer",
    needs: ["credential-exists"],
    cause: edited,
    fix: refresh,
    judge: judgeFederated(({ live, setup, facts }) => {
      if (live.issuer === undefined || setup.issuer === undefined || live.issuer === setup.issuer) return ok();
      return broken(`${nameOf(setup)} trusts ${live.issuer} and not ${setup.issuer}.`, upWithRefresh(stackOf(facts)));
    }),
  }),
  row({
    id: "credential-accepts",
    title: "The identity accepts the subject that GitHub sends",
    reads: "`GET /api/v2/tailnet/-/keys`, `GET /repos/{owner}/{repo}/actions/oidc/customization/sub`",
    needs: ["credential-exists", "repository-name"],
    cause:
      "the subject was edited; or GitHub sends another one since: the repository took the immutable form, or a template of its own",
    fix: refresh,
    judge: judgeFederated(({ live, setup, facts }) => {
      if (isUnread(facts.oidc)) return unknown(facts.oidc.unread);
      const sent = listSentSubjects(facts);
      if (live.subject === undefined) return unknown(`Tailscale does not show the subject of ${nameOf(setup)}.`);
      if (!sent) return ok("the subject is a template of somebody's");
      const refused = sent.filter((subject) => !matchesPattern(live.subject ?? "", subject));
      if (refused.length === 0) return ok(sent.join(", "));
      const what = scopeOf(facts.settings.identity) === "organization" ? "what GitHub sends" : refused.join(" and ");
      return broken(`${nameOf(setup)} accepts ${live.subject}, and not ${what}.`, upWithRefresh(stackOf(facts)));
    }),
  }),
  row({
    id: "credential-subject",
    title: "The identity accepts no other subject",
    needs: ["credential-accepts"],
    cause: `${edited}: \`repo:acme/app:*\` lets every workflow and every pull request of the repository in`,
    fix: refresh,
    judge: judgeFederated(({ live, setup, facts }) => {
      const wanted = expectSubject(facts)?.subject;
      if (wanted === undefined || live.subject === undefined || live.subject === wanted) return ok();
      return broken(`${nameOf(setup)} accepts ${live.subject} and not only ${wanted}.`, upWithRefresh(stackOf(facts)));
    }),
  }),
  row({
    id: "credential-rules",
    title: "The identity has the claim rules of the settings",
    needs: ["credential-exists", "repository-name"],
    cause: `${edited}; or presets, environment, runner or central file are others since`,
    fix: refresh,
    judge: judgeFederated(({ live, setup, facts }) => {
      const wanted = expectSubject(facts)?.customClaimRules;
      if (!wanted || !live.rules) return ok();
      const names = [...new Set([...Object.keys(wanted), ...Object.keys(live.rules)])].sort();
      const wrong = names.filter((name) => wanted[name] !== live.rules?.[name]);
      if (wrong.length === 0) return ok();
      const said = wrong.map((name) => `${name} ${live.rules?.[name] ?? "absent"} and not ${wanted[name] ?? "absent"}`);
      return broken(`${nameOf(setup)} has the claim rules ${said.join(", ")}.`, upWithRefresh(stackOf(facts)));
    }),
  }),
  row({
    id: "credential-others",
    severity: "warning",
    title: "No other credential gives the tag, or trusts the repository",
    needs: ["repository-there"],
    cause:
      "an identity by hand, by Tailscale's how-to, that outlived the set-up of this stack: with the subject `repo:acme/app:*` every workflow of the repository joins by it",
    fix: "see who uses it, then delete it on the page [Trust credentials](https://login.tailscale.com/admin/settings/trust-credentials)",
    judge(facts) {
      const { credentials } = facts.stack;
      if (isUnread(credentials)) return skip(credentials.unread);
      const found = findOtherCredentials(facts);
      if (found.length === 0) return ok(credentials.isWhole ? undefined : "as far as our own credential can see");
      return found.map(({ credential, why }) =>
        broken(
          `${kindOf(credential)} ${credential.id}${credential.description ? ` (${credential.description})` : ""} ${why}.`,
          link(adminPages.trustCredentials, "Trust credentials, in the admin console"),
        ),
      );
    },
  }),
];

interface Live {
  live: TailnetCredential;
  setup: CredentialSetup;
  facts: RepositoryFacts;
}

/** A row of a credential that is there, by its `needs`. */
function judgeLive(judge: (found: Live) => Verdict): RepositoryCheck["judge"] {
  return (facts) => {
    const [setup, live] = [findCredentialSetup(facts), findLiveCredential(facts)];
    if (!setup || isUnread(live) || !live) return skip("the credential was not read");
    return judge({ live, setup, facts });
  };
}

function judgeFederated(judge: (found: Live) => Verdict): RepositoryCheck["judge"] {
  return (facts) =>
    facts.settings.identity.kind === "federated" ? judgeLive(judge)(facts) : skip("the identity is an OAuth client");
}

const stackOf = ({ stack }: RepositoryFacts): string => stack.stack;

const kinds = { federated: "The federated identity", oauth: "The OAuth client", auth: "The auth key" } as const;

const kindOf = ({ kind }: TailnetCredential): string => kinds[kind];

const nameOf = ({ kind, clientId }: CredentialSetup): string => `${kinds[kind]} ${clientId}`;
