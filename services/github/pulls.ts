/** Pull requests of the branches that a stack has to itself: what is there, for many repositories in one query. */
import { z } from "zod";
import type { PullBranches } from "../../core/delivery/branches.ts";
import type { ProposalBranch, Pull } from "../../core/delivery/proposal.ts";
import { readProposalMark } from "../../core/delivery/proposal-mark.ts";
import { lacksField } from "./graphql.ts";
import { type LiveRepository, liveNode, liveSelection, toLiveRepository } from "./live-files.ts";
import type { RepositoryNodes } from "./nodes.ts";

/** A proposal's branches and pull requests. */
export interface LiveProposal {
  branch?: ProposalBranch;
  /** The newest commit of the scratch branch, which a run that was killed has left. */
  scratch?: string;
  /** The newest ten, oldest first, without those of forks. */
  pulls: Pull[];
}

/** A repository, a file in it, and what proposes to change it. */
export interface LivePulls {
  /** Its default branch is the one that the file is to be on. */
  repository: LiveRepository;
  addition: LiveProposal;
  removal: LiveProposal;
  /** How the repository merges, as far as its settings say. */
  mergeMethod: string;
}

const commitSelection = "target { oid ... on Commit { message } }";

const pullSelection = (withQueue: boolean) => `nodes {
          id number url state title body isDraft headRefOid baseRefName isCrossRepository mergeable ${withQueue ? "isInMergeQueue" : ""}
          changedFiles commits(first: 1) { totalCount }
          autoMergeRequest { enabledAt }
          labels(first: 100) { nodes { name } }
        }`;

/**
 * Forks may have a branch of the same name. Theirs are left out of what is read here, and ten of ours is plenty; but anybody may open ten
 * from a fork, so the open ones are asked for by the branch as well, which is ours alone.
 */
const proposalSelection = (name: string, withQueue: boolean) => `
      ${name}Branch: ref(qualifiedName: $${name}Ref) {
        ${commitSelection}
        associatedPullRequests(states: OPEN, last: 3) { ${pullSelection(withQueue)} }
      }
      ${name}File: object(expression: $${name}File) { ... on Blob { oid } }
      ${name}Scratch: ref(qualifiedName: $${name}Scratch) { target { oid } }
      ${name}Pulls: pullRequests(headRefName: $${name}Head, last: 10, orderBy: { field: CREATED_AT, direction: ASC }) {
        ${pullSelection(withQueue)}
      }`;

const names = ["addition", "removal"] as const;
const variablesOf = (name: string) =>
  ["Ref", "File", "Scratch", "Head"].map((what) => `$${name}${what}: String!`).join(", ");

const queryOf = (
  withQueue: boolean,
) => `query ($ids: [ID!]!, $file: String!, $base: String!, ${names.map(variablesOf).join(", ")}) {
  nodes(ids: $ids) {
    ... on Repository {${liveSelection}
      base: ref(qualifiedName: $base) { name target { oid } }
      viewerDefaultMergeMethod${names.map((name) => proposalSelection(name, withQueue)).join("")}
    }
  }
}`;

const targetNode = z.object({ target: z.object({ oid: z.string(), message: z.string().optional() }) });
const pullNode = z.object({
  id: z.string(),
  number: z.number(),
  url: z.string(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  title: z.string(),
  body: z.string(),
  isDraft: z.boolean(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  isCrossRepository: z.boolean(),
  isInMergeQueue: z.boolean().optional(),
  mergeable: z.string(),
  changedFiles: z.number(),
  commits: z.object({ totalCount: z.number() }),
  autoMergeRequest: z.looseObject({}).nullable(),
  labels: z.object({ nodes: z.array(z.object({ name: z.string() }).nullable()).nullable() }).nullable(),
});
const pullsNode = z.object({ nodes: z.array(pullNode.nullable()).nullable() });
const branchNode = targetNode.extend({ associatedPullRequests: pullsNode }).nullable();
const fileNode = z.object({ oid: z.string().optional() }).nullable();

const node = liveNode.extend({
  base: z.object({ name: z.string(), target: z.object({ oid: z.string() }) }).nullable(),
  viewerDefaultMergeMethod: z.string(),
  additionBranch: branchNode,
  additionFile: fileNode,
  additionScratch: targetNode.nullable(),
  additionPulls: pullsNode,
  removalBranch: branchNode,
  removalFile: fileNode,
  removalScratch: targetNode.nullable(),
  removalPulls: pullsNode,
});

/** Where to look. */
export interface PullsAddress {
  /** GraphQL's node id. */
  repositoryId: string;
  path: string;
  /** The branch that the file is to be on. Absent: the default branch. */
  base?: string;
  addition: PullBranches;
  removal: PullBranches;
}

/** Undefined for a repository that does not exist, or that the credential cannot see. */
export async function findPulls(nodes: RepositoryNodes, address: PullsAddress): Promise<LivePulls | undefined> {
  const { repositoryId, path, base } = address;
  const variables = names.map((name) => {
    const { head, scratch } = address[name];
    const [ref, scratchRef] = [toRef(head), toRef(scratch)];
    return {
      [`${name}Ref`]: ref,
      [`${name}File`]: `${ref}:${path}`,
      [`${name}Scratch`]: scratchRef,
      [`${name}Head`]: head,
    };
  });
  // Asked for in any case, so that all repositories can share a query; HEAD is no branch.
  const place = base === undefined ? "HEAD" : toRef(base);
  const all = Object.assign({ file: `${place}:${path}`, base: place }, ...variables);
  const found = await nodes.ask(queryOf(true), all, repositoryId, node).catch((error) => {
    // A GitHub Enterprise Server that has no merge queues.
    if (lacksField(error, "PullRequest", "isInMergeQueue")) return nodes.ask(queryOf(false), all, repositoryId, node);
    throw error;
  });
  if (!found) return undefined;
  return {
    repository: toLiveRepository(base === undefined ? found : { ...found, defaultBranchRef: found.base }),
    addition: toProposal(found.additionBranch, found.additionFile, found.additionScratch, found.additionPulls),
    removal: toProposal(found.removalBranch, found.removalFile, found.removalScratch, found.removalPulls),
    mergeMethod: found.viewerDefaultMergeMethod,
  };
}

/** A branch as mutations name it. */
export const toRef = (branch: string): string => `refs/heads/${branch}`;

function toProposal(
  branch: z.infer<typeof branchNode>,
  file: z.infer<typeof fileNode>,
  scratch: z.infer<typeof targetNode> | null,
  { nodes }: z.infer<typeof pullsNode>,
): LiveProposal {
  const found = [...(nodes ?? []), ...(branch?.associatedPullRequests.nodes ?? [])].filter((one) => one !== null);
  const own = new Map(found.filter((one) => !one.isCrossRepository).map((one) => [one.number, toPull(one)]));
  const mark = readProposalMark(branch?.target.message ?? "");
  return {
    ...(branch
      ? { branch: { head: branch.target.oid, ...(file?.oid ? { blob: file.oid } : {}), ...(mark ? { mark } : {}) } }
      : {}),
    ...(scratch ? { scratch: scratch.target.oid } : {}),
    pulls: [...own.values()].sort((one, other) => one.number - other.number),
  };
}

function toPull(pull: z.infer<typeof pullNode>): Pull {
  const { id, number, url, state, title, body, isDraft, headRefOid, baseRefName } = pull;
  return {
    ...{ id, number, url, state, title, body, isDraft },
    head: headRefOid,
    base: baseRefName,
    commits: pull.commits.totalCount,
    files: pull.changedFiles,
    isQueued: pull.isInMergeQueue === true,
    mergesItself: pull.autoMergeRequest !== null,
    conflicts: pull.mergeable === "CONFLICTING",
    labels: (pull.labels?.nodes ?? []).flatMap((label) => (label ? [label.name] : [])),
  };
}
