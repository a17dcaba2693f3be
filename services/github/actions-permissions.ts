/** Whether a repository runs workflows, and which actions they may use. https://docs.github.com/en/rest/actions/permissions */
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import type { ActionsPolicy } from "../../core/workflow/allowed-actions.ts";
import type { GitHubConnection } from "./connection.ts";
import { type Seen, see } from "./seen.ts";

const policyShape = z.looseObject({
  enabled: z.boolean(),
  allowed_actions: z.string().optional(),
  sha_pinning_required: z.boolean().optional(),
});
const selectedShape = z.looseObject({
  github_owned_allowed: z.boolean(),
  verified_allowed: z.boolean(),
  patterns_allowed: z.array(z.string()).optional(),
});

/** One request, and another one where only selected actions are allowed. Needs Administration, read. @throws RequestError */
export async function readActionsPolicy(
  github: GitHubConnection,
  repository: RepositorySlug,
): Promise<Seen<ActionsPolicy>> {
  const at = `GET /repos/${repository}/actions/permissions`;
  const found = await see(github, at, policyShape);
  if (found.kind === "refused") return found;
  const { enabled, allowed_actions: allowed = "all" } = found.value;
  if (!enabled) return { kind: "seen", value: { kind: "off" } };
  if (allowed === "local_only") return { kind: "seen", value: { kind: "local" } };
  if (allowed !== "selected") return { kind: "seen", value: { kind: "all" } };
  const selected = await see(github, `${at}/selected-actions`, selectedShape);
  if (selected.kind === "refused") return selected;
  const { github_owned_allowed, verified_allowed, patterns_allowed = [] } = selected.value;
  const value = { githubOwned: github_owned_allowed, verified: verified_allowed, patterns: patterns_allowed };
  return { kind: "seen", value: { kind: "selected", ...value } };
}
