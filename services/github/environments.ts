/** Environments of a repository. https://docs.github.com/en/rest/deployments/environments */
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import type { GitHubConnection } from "./connection.ts";
import { type Seen, see } from "./seen.ts";

const shape = z.looseObject({
  name: z.string(),
  protection_rules: z.array(z.looseObject({ type: z.string() })).optional(),
});

export interface Environment {
  /** Such as `required_reviewers`. */
  rules: string[];
}

/** One that does not exist is refused with 404, as is one that the credential may not see. @throws RequestError */
export async function readEnvironment(
  github: GitHubConnection,
  repository: RepositorySlug,
  name: string,
): Promise<Seen<Environment>> {
  const found = await see(github, `GET /repos/${repository}/environments/${encodeURIComponent(name)}`, shape);
  if (found.kind === "refused") return found;
  return { kind: "seen", value: { rules: (found.value.protection_rules ?? []).map(({ type }) => type) } };
}
