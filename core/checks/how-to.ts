/** The table of troubles in Tailscale's how-to, and which checks tell the causes of each apart. */
import type { Section } from "../messages/entry.ts";

interface HowToRow {
  /** As the how-to has it. */
  symptom: string;
  cause: string;
  /** In the order of the chain. */
  checks: readonly string[];
}

/** https://tailscale.com/docs/aperture/how-to/use-claude-code-action, "Troubleshoot common issues", in its order. */
export const howToRows: readonly HowToRow[] = [
  {
    symptom: "Connection timeout in the Tailscale step",
    cause:
      "the tag is not in `tagOwners`, a secret is gone or of another credential, the credential is gone or does not fit what GitHub sends, or the runner does not reach Tailscale",
    checks: [
      ...["policy-tag", "credential-exists", "credential-accepts"],
      ...["secrets-present", "secrets-newer", "secrets-own", "workflow-as-delivered", "last-run"],
    ],
  },
  {
    symptom: "HTTP 403 from Aperture",
    cause:
      "the grant is gone, has no role, or no pattern that covers the model; or Aperture's provider has another name",
    checks: ["policy-grant", "policy-role", "policy-models", "last-run", "inside-role", "inside-models"],
  },
  {
    symptom: "Claude Code reports an API key error",
    cause: '`anthropic_api_key: "-"` was taken out of the file; or Aperture passes the `-` on to the provider',
    checks: ["workflow-as-delivered", "last-run", "inside-provider-key"],
  },
  {
    symptom: "`ping: <aperture-hostname>` times out",
    cause: "the grant is gone, leads elsewhere or lacks the port; or the device is off, or is not what the grant means",
    checks: [
      ...["policy-grant", "policy-port", "policy-destination", "device-found", "device-online"],
      ...["last-run", "inside-port"],
    ],
  },
];

const page = "https://tailscale.com/docs/aperture/how-to/use-claude-code-action";

export const howToSection: Section = {
  title: "The troubles of Tailscale's how-to",
  introduction: `[Use Claude Code Action with Aperture](${page}) has a table of four. Each has several causes; \`npm run verify\` tells which it is.`,
  entries: howToRows.map(({ symptom, cause, checks }) => ({
    seen: symptom,
    cause,
    fix: `as \`npm run verify\` prints it, by ${checks.map((id) => `[\`${id}\`](#${id})`).join(", ")}`,
  })),
};
