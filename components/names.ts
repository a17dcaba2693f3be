import type { RepositorySlug } from "../core/settings/settings.ts";

/** `acme/app` -> `acme-app`: the name of a repository's resources, whatever its place in the list or its case. */
export function toResourceName(slug: RepositorySlug): string {
  return slug.toLowerCase().replace("/", "-");
}
