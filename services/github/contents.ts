/** Commits through the contents API: for the first commit of a repository, and for servers without GraphQL's mutation. */
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { requireDocumented } from "../answer.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";

export interface ContentChange {
  repository: RepositorySlug;
  path: string;
  /** Absent: the file goes. */
  text?: string;
  message: string;
  /** Absent: the default branch, which the first commit makes. */
  branch?: string;
  /** Git's id of the text that is there; absent where there is no file. */
  blob?: string;
}

const answerShape = z.object({ commit: z.object({ sha: z.string() }) });

/** The commit's id. @throws RequestError: 409 where another text is there by now, or another commit came at that moment. */
export async function commitThroughContents(github: GitHubConnection, change: ContentChange): Promise<string> {
  const { repository, path, text, message, branch, blob } = change;
  const address = `/repos/${repository}/contents/${path.split("/").map(encodeURIComponent).join("/")}`;
  const request = `${text === undefined ? "DELETE" : "PUT"} ${address}`;
  const { data } = await github.request(request, {
    message,
    ...(text === undefined ? {} : { content: Buffer.from(text, "utf8").toString("base64") }),
    ...(branch === undefined ? {} : { branch }),
    ...(blob === undefined ? {} : { sha: blob }),
  });
  return requireDocumented(answerShape, data, (what) => unexpectedAnswer(github, request, what)).commit.sha;
}

/** Whether somebody else wrote at that moment. */
export function isConflict(error: unknown): boolean {
  return (
    error instanceof RequestError && (error.status === 409 || (error.status === 422 && /"sha"/.test(error.message)))
  );
}
