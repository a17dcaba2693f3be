/** The API object that scripts of a workflow get: REST by name, pages, and further tries. */
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { restEndpointMethods } from "@octokit/plugin-rest-endpoint-methods";
import { retry } from "@octokit/plugin-retry";

const Client = Octokit.plugin(restEndpointMethods, paginateRest, retry);

export type GitHubClient = InstanceType<typeof Client>;

export function createOctokit(auth: string, { retries = 0, doNotRetry = [] as number[] } = {}): GitHubClient {
  return new Client({
    auth,
    baseUrl: process.env.GITHUB_API_URL ?? "",
    userAgent: "actions/github-script",
    retry: { enabled: retries > 0, doNotRetry },
    request: { retries, fetch: globalThis.fetch },
  });
}
