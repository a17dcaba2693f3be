/**
 * Files that `uses:` of a job names, and who may use them.
 * https://docs.github.com/actions/reference/workflows-and-actions/reusing-workflow-configurations#access-to-reusable-workflows
 */
import { type GitHubState, type Repository, slug } from "../../github/index.ts";
import type { Found, Place } from "../rules/plan.ts";

export const findCalledFile =
  (state: GitHubState) =>
  (uses: string, from: Place): Found => {
    if (uses.startsWith("./")) return read(state.repository(from.repository), { ...from, path: uses.slice(2) });
    const [, owner = "", name = "", path = "", revision = ""] =
      /^([^/]+)\/([^/]+)\/(\.github\/workflows\/[^/]+)@(.+)$/.exec(uses) ?? [];
    // Names of former times lead nowhere here, unlike in the API.
    const found = state.find(owner, name);
    const caller = state.repository(from.repository);
    if (found?.kind !== "current" || !mayUse(caller, found.repository)) return notFound;
    const { repository } = found;
    const branch = repository.git.tip(revision);
    const commit = branch ?? repository.git.commits.get(revision);
    if (!commit) return notFound;
    const ref = branch ? `refs/heads/${revision.replace(/^refs\/heads\//, "")}` : revision;
    return read(repository, { repository: slug(repository), path, ref, sha: commit.sha });
  };

const notFound: Found = { refusal: "workflow was not found" };

function read({ git }: Repository, place: Place): Found {
  const commit = git.commits.get(place.sha);
  const text = commit && git.read(commit, place.path)?.toString("utf8");
  return text === undefined ? notFound : { place, text };
}

function mayUse(caller: Repository, called: Repository): boolean {
  if (caller === called || called.visibility === "public") return true;
  // Of a private file nothing shows in a public repository's runs.
  if (caller.visibility === "public" || called.owner !== caller.owner) return false;
  return called.actionsAccess !== "none";
}
