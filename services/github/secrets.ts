/** Actions secrets by their names. GitHub shows no values. https://docs.github.com/en/rest/actions/secrets */
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import type { GitHubConnection } from "./connection.ts";
import { type Seen, see } from "./seen.ts";

const answerShape = z.looseObject({
  total_count: z.number().int(),
  secrets: z.array(z.looseObject({ name: z.string(), updated_at: z.string().optional() })),
});

/** A secret, without its value. */
export interface ListedSecret {
  /** In capitals, as GitHub keeps it. */
  name: string;
  /** Absent where GitHub does not say. */
  updatedAt?: string;
}

/** Where secrets are that a repository's jobs may get. */
export type SecretPlace = { kind: "repository" } | { kind: "organization" } | { kind: "environment"; name: string };

export type SecretNames = { kind: "names"; names: string[] } | { kind: "refused"; said: string };

const perPage = 100;

/** A repository has at most 100, which is one page (docs.github.com, "Limits for secrets"). Of an organization's: those that the repository gets. */
export async function listSecrets(
  github: GitHubConnection,
  slug: RepositorySlug,
  place: SecretPlace = { kind: "repository" },
): Promise<Seen<ListedSecret[]>> {
  const secrets: ListedSecret[] = [];
  for (let page = 1; ; page += 1) {
    const request = `GET /repos/${slug}/${pathOf(place)}?per_page=${perPage}&page=${page}`;
    const answer = await see(github, request, answerShape);
    if (answer.kind === "refused") return answer;
    const { secrets: listed, total_count: total } = answer.value;
    secrets.push(
      ...listed.map(({ name, updated_at: updatedAt }) => ({
        name: name.toUpperCase(),
        ...(updatedAt === undefined ? {} : { updatedAt }),
      })),
    );
    if (listed.length < perPage || secrets.length >= total) return { kind: "seen", value: secrets };
  }
}

/** The names of a repository's own. */
export async function listSecretNames(github: GitHubConnection, slug: RepositorySlug): Promise<SecretNames> {
  const answer = await listSecrets(github, slug);
  if (answer.kind === "refused") return { kind: "refused", said: answer.said };
  return { kind: "names", names: answer.value.map(({ name }) => name) };
}

function pathOf(place: SecretPlace): string {
  if (place.kind === "environment") return `environments/${encodeURIComponent(place.name)}/secrets`;
  return place.kind === "organization" ? "actions/organization-secrets" : "actions/secrets";
}
