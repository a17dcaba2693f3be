/** Lists as GraphQL pages them. https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api */
import { GraphQLError } from "graphql";

export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
}

const cursor = (index: number): string => Buffer.from(`cursor:${index}`).toString("base64");

/** One page; `name` is the connection's field. Like GitHub it wants `first` or `last`, of at most 100. */
export function connection<T, N>(
  name: string,
  items: T[],
  { first, last, after }: PageArguments,
  toNode: (item: T) => N,
) {
  const size = first ?? last;
  if (typeof size !== "number") {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    throw new GraphQLError(message, { extensions: { type: "MISSING_PAGINATION_BOUNDARIES" } });
  }
  if (size < 0 || size > 100) {
    const message = `Requesting ${size} records on the \`${name}\` connection exceeds the \`first\` limit of 100 records.`;
    throw new GraphQLError(message, { extensions: { type: "EXCESSIVE_PAGINATION" } });
  }
  const start = after ? items.findIndex((_, index) => cursor(index) === after) + 1 : 0;
  const from = typeof first === "number" ? start : Math.max(start, items.length - size);
  const shown = items.slice(from, from + size);
  const end = from + shown.length;
  return {
    nodes: shown.map(toNode),
    pageInfo: { hasNextPage: end < items.length, endCursor: shown.length > 0 ? cursor(end - 1) : null },
    totalCount: items.length,
  };
}
