/** Every `uses:` that the workflow files have, pinned to a commit, with the inputs that the pinned release knows. */
import type { ActionStep } from "./model.ts";

interface Action {
  /** The release. */
  readonly version: string;
  /** The commit that the release's tag names. Tags move, and an annotated tag has a SHA of its own: neither is a pin. */
  readonly commit: string;
  /** `inputs` of its action.yml at that commit. GitHub only warns about others, so a misspelt one would be lost. */
  readonly inputs: readonly string[];
}

/** Keyed by repository. Each commit and each list of inputs is that of the release's tag in that repository. */
export const actions = {
  // The newest v6: the major release that the examples of anthropics/claude-code-action use.
  "actions/checkout": {
    version: "v6.1.0",
    commit: "d23441a48e516b6c34aea4fa41551a30e30af803",
    inputs: [
      "repository",
      "ref",
      "token",
      "ssh-key",
      "ssh-known-hosts",
      "ssh-strict",
      "ssh-user",
      "persist-credentials",
      "path",
      "clean",
      "filter",
      "sparse-checkout",
      "sparse-checkout-cone-mode",
      "fetch-depth",
      "fetch-tags",
      "show-progress",
      "lfs",
      "submodules",
      "set-safe-directory",
      "github-server-url",
      "allow-unsafe-pr-checkout",
    ],
  },
  // The newest release whose source was read. Version 9 differs in what a script may require.
  "actions/github-script": {
    version: "v8.0.0",
    commit: "ed597411d8f924073f98dfc5c65a23a2325f34cd",
    inputs: [
      "script",
      "github-token",
      "debug",
      "user-agent",
      "previews",
      "result-encoding",
      "retries",
      "retry-exempt-status-codes",
      "base-url",
    ],
  },
  "tailscale/github-action": {
    version: "v4.1.3",
    commit: "780049a30b6ff5c378a9e7b389d15ece7a204888",
    inputs: [
      "authkey",
      "oauth-client-id",
      "audience",
      "oauth-secret",
      "tags",
      "version",
      "args",
      "tailscaled-args",
      "hostname",
      "timeout",
      "retry",
      "use-cache",
      "statedir",
      "sha256sum",
      "ping",
    ],
  },
  "anthropics/claude-code-action": {
    version: "v1.0.200",
    commit: "24dcd50c0568f0fc9e9211213a4fd2d9eb15c4e0",
    inputs: [
      "trigger_phrase",
      "assignee_trigger",
      "label_trigger",
      "base_branch",
      "branch_prefix",
      "branch_name_template",
      "allowed_bots",
      "allowed_non_write_users",
      "include_comments_by_actor",
      "exclude_comments_by_actor",
      "prompt",
      "settings",
      "anthropic_api_key",
      "claude_code_oauth_token",
      "anthropic_federation_rule_id",
      "anthropic_organization_id",
      "anthropic_service_account_id",
      "anthropic_workspace_id",
      "anthropic_oidc_audience",
      "github_token",
      "use_bedrock",
      "use_vertex",
      "use_foundry",
      "claude_args",
      "additional_permissions",
      "use_sticky_comment",
      "classify_inline_comments",
      "use_commit_signing",
      "ssh_signing_key",
      "bot_id",
      "bot_name",
      "track_progress",
      "include_fix_links",
      "path_to_claude_code_executable",
      "path_to_bun_executable",
      "display_report",
      "show_full_output",
      "plugins",
      "plugin_marketplaces",
    ],
  },
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof actions;
export type ActionInput<Name extends ActionName> = (typeof actions)[Name]["inputs"][number];
export const actionNames = Object.keys(actions) as readonly ActionName[];

/** A pin as `uses:` and the comment behind it. */
export interface Pin {
  readonly uses: string;
  readonly version?: string;
}

/** `owner/repository@<40 hex digits>`, or the same with ` # <version>` behind it; anything else is undefined. */
export function parsePin(text: string): Pin | undefined {
  const match = /^([\w.-]+\/[\w.-]+(?:\/[\w./-]+)?@[0-9a-f]{40})(?: # ([\w.+-]+))?$/.exec(text);
  const [, uses, version] = match ?? [];
  if (uses === undefined) return undefined;
  return version === undefined ? { uses } : { uses, version };
}

/** A step of this action. Its inputs are checked against the table when the program is compiled. */
export function actionStep<Name extends ActionName>(
  name: Name,
  override: string | undefined,
  step: Omit<ActionStep, "kind" | "uses" | "version" | "with"> & {
    readonly with: Readonly<Partial<Record<ActionInput<Name>, string>>>;
  },
): ActionStep {
  const pin = (override === undefined ? undefined : parsePin(override)) ?? {
    uses: `${name}@${actions[name].commit}`,
    version: actions[name].version,
  };
  return { kind: "action", ...pin, ...step, with: withoutUndefined(step.with) };
}

function withoutUndefined(values: Readonly<Partial<Record<string, string>>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
