/** The names of a repository's Actions secrets. GitHub shows no values. */
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { requireDocumented } from "../answer.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { isRefusal } from "./errors.ts";

const answerShape = z.object({ total_count: z.number().int(), secrets: z.array(z.object({ name: z.string() })) });

export type SecretNames = { kind: "names"; names: string[] } | { kind: "refused"; said: string };

const perPage = 100;

/** Their names in capitals, as GitHub keeps them. A repository has at most 100, which is one page (docs.github.com, "Limits for secrets"). */
export async function listSecretNames(github: GitHubConnection, slug: RepositorySlug): Promise<SecretNames> {
  const names: string[] = [];
  for (let page = 1; ; page += 1) {
    const request = `GET /repos/${slug}/actions/secrets?per_page=${perPage}&page=${page}`;
    try {
      const { data } = await github.request(request);
      const answer = requireDocumented(answerShape, data, (what) => unexpectedAnswer(github, request, what));
      names.push(...answer.secrets.map(({ name }) => name.toUpperCase()));
      if (answer.secrets.length < perPage || names.length >= answer.total_count) return { kind: "names", names };
    } catch (error) {
      if (isRefusal(error)) return { kind: "refused", said: error.message };
      throw error;
    }
  }
}
