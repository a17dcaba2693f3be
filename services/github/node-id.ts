/** GraphQL's names of things. */
import { z } from "zod";
import { requireDocumented } from "../answer.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { askPartially } from "./graphql.ts";

const query = "query ($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }";
const answerShape = z.object({ repository: z.object({ id: z.string() }).nullable() });

/** The node id of a repository; undefined when it does not exist, or cannot be seen. */
export async function findNodeId(github: GitHubConnection, slug: string): Promise<string | undefined> {
  const [owner, name] = slug.split("/");
  const { data } = await askPartially(github, query, { owner, name }, ({ type }) => type === "NOT_FOUND");
  const refuse = (what: string) => unexpectedAnswer(github, "POST /graphql", what);
  return requireDocumented(answerShape, data, refuse).repository?.id;
}
