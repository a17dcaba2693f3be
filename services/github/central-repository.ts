/** What GitHub says of a repository whose workflows others are to call. */
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { requireDocumented } from "../answer.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { findLimitEnd } from "./rate-limit.ts";

export type Visibility = "public" | "private" | "internal";

/** https://docs.github.com/rest/actions/permissions#get-the-level-of-access-for-workflows-outside-of-the-repository */
export type ActionsAccess = "none" | "user" | "organization" | "enterprise";

export interface CentralRepositoryFacts {
  /** The page for people. */
  url: string;
  visibility: Visibility;
  /** Who may call its workflows. Undefined for a public one, which everybody may, and where the credential may not ask. */
  access?: ActionsAccess;
  /** Undefined where there is no such branch. */
  branch?: { isProtected: boolean };
}

const repositoryAnswer = z.object({ visibility: z.enum(["public", "private", "internal"]), html_url: z.string() });
const accessAnswer = z.object({ access_level: z.enum(["none", "user", "organization", "enterprise"]) });
const branchAnswer = z.object({ protected: z.boolean() });
const rulesAnswer = z.array(z.object({ type: z.string() }));

/** @throws RequestError where the repository itself cannot be read. */
export async function readCentralRepository(
  github: GitHubConnection,
  slug: RepositorySlug,
  branch: string,
): Promise<CentralRepositoryFacts> {
  const at = `/repos/${slug}`;
  const name = encodeURIComponent(branch);
  const [{ visibility, html_url: url }, found, rules] = await Promise.all([
    ask(github, at, repositoryAnswer),
    ask(github, `${at}/branches/${name}`, branchAnswer).catch(unlessStatus(404)),
    // Not on an older GitHub Enterprise Server.
    ask(github, `${at}/rules/branches/${name}`, rulesAnswer).catch(unlessStatus(404, 403)),
  ]);
  const access =
    visibility === "public"
      ? undefined
      : await ask(github, `${at}/actions/permissions/access`, accessAnswer).catch(unlessStatus(403, 404));
  return {
    url,
    visibility,
    ...(access ? { access: access.access_level } : {}),
    ...(found ? { branch: { isProtected: found.protected || (rules ?? []).length > 0 } } : {}),
  };
}

async function ask<T>(github: GitHubConnection, path: string, shape: z.ZodType<T>): Promise<T> {
  const request = `GET ${path}`;
  const { data } = await github.request(request);
  return requireDocumented(shape, data, (what) => unexpectedAnswer(github, request, what));
}

/** Undefined for answers with these statuses, but for GitHub's limits, which are a 403 as well. */
function unlessStatus(...statuses: number[]): (error: unknown) => undefined {
  return (error) => {
    const isMeant = error instanceof RequestError && statuses.includes(error.status);
    if (isMeant && findLimitEnd(error) === undefined) return undefined;
    throw error;
  };
}
