/**
 * What the token of a job may do.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions
 */
import { isRecord, type Value } from "./workflow-file.ts";

export type Level = "read" | "write";
/** By scope as GitHub writes it, `pull-requests`; what is not named is `none`. */
export type TokenPermissions = Readonly<Record<string, Level>>;

const scopes = [
  ...["actions", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues", "models"],
  ...["packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses"],
] as const;

/** What a workflow gets that says nothing: the setting that repositories have had since 2023. */
export const usualPermissions: TokenPermissions = { contents: "read", packages: "read" };

/** What `permissions` says; undefined where it says nothing. */
export function readPermissions(value: Value | undefined): TokenPermissions | undefined {
  if (value === undefined || value === null) return undefined;
  // "id-token: read" does not exist, and "read-all" does not give it.
  if (value === "read-all") return Object.fromEntries(scopes.filter((s) => s !== "id-token").map((s) => [s, "read"]));
  if (value === "write-all") return Object.fromEntries(scopes.map((scope) => [scope, "write"]));
  const entries = Object.entries(isRecord(value) ? value : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, Level] => /^(read|write)$/.test(String(entry[1]))),
  );
}

/**
 * What `asked` has and `granted` has not, in GitHub's words: a called job that wants more than its caller grants keeps the
 * whole run from starting. Undefined when nothing is missing.
 */
export function findExcess(
  granted: TokenPermissions,
  asked: TokenPermissions,
): { asked: string; granted: string } | undefined {
  const rank = { none: 0, read: 1, write: 2 };
  const of = (set: TokenPermissions, scope: string) => (Object.hasOwn(set, scope) ? set[scope] : undefined) ?? "none";
  const excess = Object.keys(asked).filter((scope) => rank[of(asked, scope)] > rank[of(granted, scope)]);
  if (excess.length === 0) return undefined;
  const list = (set: TokenPermissions) => excess.map((scope) => `${scope}: ${of(set, scope)}`).join(", ");
  return { asked: list(asked), granted: list(granted) };
}
