/** Names of the resources of a stack, from which the state tells what is whose. */
import type { RepositorySlug } from "./settings/settings.ts";
import { type CentralFile, keyOfCall } from "./workflow/file.ts";
import type { IdentityKind } from "./workflow/options.ts";

/** `acme/app` -> `acme-app`: the name of a repository's resources, whatever its place in the list or its case. */
export function toResourceName(slug: RepositorySlug): string {
  return slug.toLowerCase().replace("/", "-");
}

/**
 * What the names of a repository's credential and secrets begin with. Those for one central file are others than those for another
 * file, as their secrets are (`nameSecrets`). No repository has an `@` in its name.
 */
export function nameCredentials(name: string, identity: IdentityKind, central?: CentralFile): string {
  if (!central) return name;
  return `${name}@${identity === "federated" ? keyOfCall(central) : "central"}`;
}

/** What a resource of the repository's component is, by its name: `secret-audience`, `workflow`. Undefined for one of others. */
export function readKind(name: string, child: string): string | undefined {
  return child.startsWith(name) ? /^(?:@[a-z0-9]+)?-(.+)$/.exec(child.slice(name.length))?.[1] : undefined;
}
