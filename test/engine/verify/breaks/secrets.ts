/** With the secrets that the workflow reads. */
import type { Break } from "./break.ts";
import { byHand } from "./break.ts";

const refresh = "pulumi up --refresh";

export const secretBreaks: readonly Break[] = [
  {
    title: "somebody deletes a secret",
    howTo: [1],
    check: "secrets-present",
    says: "The secret TS_AUDIENCE is missing.",
    break: (site) => byHand(site, "delete-secret", site.slug, "TS_AUDIENCE"),
    mend: refresh,
  },
  {
    title: "somebody deletes the secret of the OAuth client",
    howTo: [1],
    check: "secrets-present",
    settings: { identity: { kind: "oauth" } },
    says: "The secret TS_OAUTH_SECRET is missing.",
    break: (site) => byHand(site, "delete-secret", site.slug, "TS_OAUTH_SECRET"),
    mend: refresh,
  },
  {
    title: "the secret is of a time before the credential",
    howTo: [1],
    check: "secrets-newer",
    says: "The secret TS_OAUTH_CLIENT_ID is of 2026-01-01 00:00:00 UTC, and the credential of ",
    break({ repository }) {
      const secret = repository.secrets.get("TS_OAUTH_CLIENT_ID");
      if (!secret) throw new Error("no secret");
      Object.assign(secret, { createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" });
    },
    mend: refresh,
  },
  {
    title: "somebody gives a secret another value",
    howTo: [1],
    check: "secrets-own",
    says: /^The secret TS_OAUTH_CLIENT_ID was written on .* and not by this stack\.$/,
    break: (site) => byHand(site, "write-secret", site.slug, "TS_OAUTH_CLIENT_ID", "made-up-client"),
    mend: refresh,
  },
  {
    title: "the environment of the jobs gets a secret of the name, which wins",
    check: "secrets-environment",
    settings: { workflow: { environment: "claude" } },
    repository: { environments: ["claude"] },
    says: 'The environment "claude" has TS_AUDIENCE, which the workflow gets instead.',
    break: ({ repository }) => repository.environments[0]?.secrets.set("TS_AUDIENCE", "made-up-audience"),
    mend: {
      advice: /^Settings > Environments: .*\/settings\/environments$/,
      by: ({ repository }) => repository.environments[0]?.secrets.delete("TS_AUDIENCE"),
    },
  },
];
