/** Why GitHub could not be read, for people. */
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import { formatMessage } from "../../core/messages/entry.ts";
import {
  githubFailed,
  githubForbidden,
  githubGraphqlFailed,
  githubUnauthorized,
} from "../../core/messages/repositories.ts";
import { GitHubError } from "./connection.ts";
import { isGraphqlError } from "./graphql.ts";
import { findLimitEnd } from "./rate-limit.ts";

/** Cause and fix of an error of the connection; undefined for any other error. */
export function describeGitHubError(error: unknown): string | undefined {
  if (error instanceof GitHubError) return error.message;
  if (isGraphqlError(error)) return formatMessage(githubGraphqlFailed, { said: error.message });
  if (!(error instanceof RequestError)) return undefined;
  const { status, message: said } = error;
  const request = `${error.request.method} ${error.request.url}`;
  if (status === 401) return formatMessage(githubUnauthorized, { request, said });
  if (status === 403) return formatMessage(githubForbidden, { request, said });
  return formatMessage(githubFailed, { status, request, said });
}

/** Whether GitHub itself answers: with a page in place of its message it is somebody else's 404. */
export function hasMessage({ response }: RequestError): boolean {
  return z.object({ message: z.string() }).safeParse(response?.data).success;
}

/** Whether GitHub lets the credential not have what it asked for, or has no such thing: it answers both alike. */
export function isRefusal(error: unknown): error is RequestError {
  if (!(error instanceof RequestError) || findLimitEnd(error) !== undefined) return false;
  return (error.status === 403 || error.status === 404) && hasMessage(error);
}
