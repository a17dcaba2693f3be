/** With the credentials of the runners, in the admin console or at GitHub. */
import { listCredentialsOf } from "../../../../sandbox/rehearsal/evidence.ts";
import { type FederatedIdentity, keyOf } from "../../../../sandbox/tailscale/index.ts";
import { type Break, byHand, type Site } from "./break.ts";

const refresh = "pulumi up --refresh";

/** The identity that the stack made for the site's repository. */
function identityOf({ world, slug }: Site): FederatedIdentity {
  const [found, ...others] = listCredentialsOf(world, slug);
  if (found?.keyType !== "federated" || others.length > 0) throw new Error(`${slug} has not just one identity`);
  return found;
}

/** Deletes what somebody made by hand, told from ours by its description. */
function deleteMade({ world: { tailscale } }: Site, by: (key: { subject?: string; tags?: string[] }) => boolean): void {
  for (const key of tailscale.state.keys.values()) {
    if (key.description === "made by hand" && by(key as { subject?: string })) tailscale.state.keys.delete(key.id);
  }
}

const othersBreak = (title: string, subjectOf: (site: Site) => string, says: string): Break => ({
  title,
  check: "credential-others",
  says,
  break: (site) => byHand(site, "console", "add-identity", subjectOf(site), site.tag),
  mend: {
    advice: "Trust credentials, in the admin console: https://login.tailscale.com/admin/settings/trust-credentials",
    by: (site) => deleteMade(site, ({ subject }) => subject === subjectOf(site)),
  },
});

export const credentialBreaks: readonly Break[] = [
  {
    title: "somebody deletes the identity of the runners",
    howTo: [1],
    check: "credential-exists",
    says: "is gone from the tailnet",
    break: (site) => byHand(site, "console", "delete-credential", identityOf(site).id),
    mend: refresh,
  },
  {
    title: "somebody deletes the OAuth client of the runners",
    howTo: [1],
    check: "credential-exists",
    settings: { identity: { kind: "oauth" } },
    says: /^The OAuth client \S+ is gone from the tailnet\.$/,
    break(site) {
      const [{ id } = { id: "" }] = listCredentialsOf(site.world, site.slug);
      byHand(site, "console", "delete-credential", id);
    },
    mend: refresh,
  },
  {
    title: "somebody gives the identity another scope besides",
    check: "credential-scope",
    says: 'has the scopes ["auth_keys","policy_file:read"] and not ["auth_keys"]',
    break: (site) => byHand(site, "console", "edit-scopes", identityOf(site).id, "auth_keys", "policy_file:read"),
    mend: refresh,
  },
  {
    title: "somebody gives the identity a second tag, so that runners are somebody else for Aperture",
    check: "credential-tag",
    says: "tag:web",
    break: (site) => byHand(site, "console", "edit-tags", identityOf(site).id, site.tag, "tag:web"),
    mend: refresh,
  },
  {
    title: "somebody gives the identity the subject of another repository",
    howTo: [1],
    check: "credential-accepts",
    says: "accepts repo:acme/other:pull_request, and not repo:acme@",
    break: (site) => byHand(site, "console", "edit-subject", identityOf(site).id, "repo:acme/other:pull_request"),
    mend: refresh,
  },
  {
    title: "the repository takes the immutable form of subjects",
    check: "credential-accepts",
    says: /accepts repo:acme\/[\w-]+:pull_request, and not repo:acme@/,
    repository: { oidc: { format: "old" } },
    break: ({ repository }) => {
      repository.oidc.useImmutableSubject = true;
    },
    mend: refresh,
  },
  {
    title: "somebody opens the subject to every workflow of the repository",
    check: "credential-subject",
    says: ":* and not only repo:acme@",
    break(site) {
      const { id, subject } = identityOf(site);
      byHand(site, "console", "edit-subject", id, subject.replace(/pull_request$/, "*"));
    },
    mend: refresh,
  },
  {
    title: "somebody takes the claim rules off the identity",
    check: "credential-rules",
    says: "repository_id absent",
    break: (site) => byHand(site, "console", "remove-rules", identityOf(site).id),
    mend: refresh,
  },
  {
    title: "the identity trusts another issuer",
    check: "credential-issuer",
    says: "trusts https://token.attacker.example and not",
    break({ world, slug }) {
      identityOf({ world, slug } as Site).issuer = "https://token.attacker.example";
    },
    mend: refresh,
  },
  othersBreak(
    "an identity made by hand, by the how-to, lets every workflow of the repository in",
    ({ repository, slug }) => `repo:acme@${repository.owner.id}/${slug.slice(5)}@${repository.id}:*`,
    "lets acme/",
  ),
  {
    title: "somebody made an auth key of the tag",
    check: "credential-others",
    says: "gives tag:",
    break({ world, tag }) {
      const { state } = world.tailscale;
      const [[id, key] = ["", undefined]] = state.keys;
      if (!key) throw new Error("no key to copy");
      const { created } = keyOf(state, id);
      state.keys.set(`kAuth${tag}`, {
        id: `kAuth${tag}`,
        keyType: "auth",
        description: "made by hand",
        created,
        userId: key.userId,
        secretDigest: "made up",
        expirySeconds: 7_776_000,
        expires: new Date(state.now().getTime() + 7_776_000_000).toISOString(),
        capabilities: { devices: { create: { reusable: true, ephemeral: true, preauthorized: true, tags: [tag] } } },
      });
    },
    mend: {
      advice: "Trust credentials, in the admin console",
      by: ({ world, tag }) => world.tailscale.state.keys.delete(`kAuth${tag}`),
    },
  },
];
