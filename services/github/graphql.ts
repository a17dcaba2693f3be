/** GraphQL as GitHub speaks it: status 200, and errors that leave the rest of an answer readable. */
import type { GitHubConnection } from "./connection.ts";

/** An error of one field of an answer. */
export interface FieldError {
  /** Such as `NOT_FOUND`; absent in some. */
  type?: string;
  /** Where in the answer. */
  path?: (string | number)[];
  message: string;
}

/** The data, and what failed in it. */
export interface PartialAnswer {
  data: unknown;
  errors: FieldError[];
  /** What GitHub asks to wait, in seconds, when it took only a part because of a limit. */
  retryAfter?: number;
}

/** In seconds. GitHub's limits end within an hour; what says more is not GitHub, and a timer of a month ends at once. */
const longestRetryAfter = 3700;

/**
 * The answer to a query or mutation whose fields may fail one by one, for the reasons that `isExpected` tells.
 * @throws for any other reason, and when nothing of it can be read.
 */
export async function askPartially(
  github: GitHubConnection,
  query: string,
  variables: Record<string, unknown>,
  isExpected: (error: FieldError) => boolean,
): Promise<PartialAnswer> {
  try {
    return { data: await github.graphql(query, variables), errors: [] };
  } catch (error) {
    if (!isGraphqlError(error) || !error.data) throw error;
    // An error without a path is about the whole request.
    if (!error.errors.every((one) => one.path?.length && isExpected(one))) throw error;
    const retryAfter = Number(error.headers["retry-after"]);
    const isMeant = retryAfter > 0 && retryAfter <= longestRetryAfter;
    return { data: error.data, errors: error.errors, ...(isMeant ? { retryAfter } : {}) };
  }
}

interface GraphqlFailure {
  errors: FieldError[];
  data: unknown;
  headers: Record<string, string | number | undefined>;
}

/** An error of the GraphQL API, which answers 200. */
export function isGraphqlError(error: unknown): error is Error & GraphqlFailure {
  return error instanceof Error && error.name === "GraphqlResponseError";
}

/** Whether an older GitHub Enterprise Server refused a request for a field that it does not have. */
export function lacksField(error: unknown, type: string, field: string): boolean {
  return isGraphqlError(error) && error.message.includes(`Field '${field}' doesn't exist on type '${type}'`);
}
