/** What decides the text of the workflow file in a repository, from its settings. */
import type { Tag } from "../policy/fragment.ts";
import type { IdentitySettings, WorkflowSettings } from "../settings/settings.ts";
import type { CallerOptions, CentralFile, IdentityScope, StandaloneOptions } from "../workflow/file.ts";
import type { PermissionSet } from "../workflow/permissions.ts";

export interface ContentSettings {
  workflow: WorkflowSettings;
  identity: IdentitySettings;
  tag: Tag;
  hostname: string;
  /** The stack's name. */
  owner: string;
}

/** The jobs, or, with a central file, a call of those there. */
export function contentOfRepository(
  { workflow: { adopt: _, ...workflow }, identity: { kind: identity }, tag, hostname, owner }: ContentSettings,
  central?: { file: CentralFile; scope: IdentityScope; permissions: PermissionSet },
): StandaloneOptions | CallerOptions {
  if (!central) return { role: "standalone", ...workflow, identity, hostname, tag, owner };
  const { path, presets } = workflow;
  const { file, scope, permissions } = central;
  return { role: "caller", owner, path, presets, identity, scope, central: file, permissions };
}
