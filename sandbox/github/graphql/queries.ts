/** The fields of `Query`. */
import { typeOfPerson } from "../model.ts";
import { account } from "./nodes.ts";
import { pullByNodeId, pullNode } from "./pulls.ts";
import { repositoryNode } from "./repositories.ts";
import { type GraphqlRequest, parseNodeId, repositoryByName, repositoryByNodeId } from "./request.ts";

export function queries(request: GraphqlRequest) {
  const { viewer, html } = request;
  const { limit, used, reset } = viewer.rateLimits.graphql;
  const node = (id: string) => {
    if (parseNodeId(id)?.prefix !== "PR") return repositoryNode(repositoryByNodeId(id, request), request);
    const { repository, pull } = pullByNodeId(id, request);
    return pullNode(repository, pull, request);
  };
  return {
    node: ({ id }: { id: string }) => node(id),
    // One that is missing is a null in the list and an error at its place; the others are answered.
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => settle(() => node(id))),
    // One point: what is served stays below the number of nodes that would cost a second one.
    rateLimit: {
      cost: 1,
      limit,
      nodeCount: 0,
      remaining: limit - used,
      resetAt: new Date(reset * 1000).toISOString(),
      used,
    },
    viewer: account({ ...viewer, type: typeOfPerson(viewer.login) }, html),
    repository({ owner, name, followRenames }: { owner: string; name: string; followRenames: boolean }) {
      return repositoryNode(repositoryByName(`${owner}/${name}`, request, followRenames), request);
    },
  };
}

/** graphql-js takes an Error in a list for a field that failed. */
function settle<T>(resolve: () => T): T | Error {
  try {
    return resolve();
  } catch (error) {
    return error as Error;
  }
}
