/** Files of repositories as they are now, for many repositories in one query. */
import { z } from "zod";
import { omitUndefined } from "../../core/omit-undefined.ts";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { requireDocumented } from "../answer.ts";
import { Batch } from "./batch.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { askPartially, type FieldError } from "./graphql.ts";

/** GitHub answers for up to 100 nodes; 50 keep an answer well below its time limit. */
const batchSize = 50;
const patience = 10;

export interface FileAddress {
  /** GraphQL's node id of the repository: it outlives renames and transfers. */
  repositoryId: string;
  /** On the default branch. */
  path: string;
}

/** A repository as far as a file in it is concerned. */
export interface LiveRepository {
  /** As GitHub spells it now. */
  slug: RepositorySlug;
  archived: boolean;
  disabled: boolean;
  /** Absent in an empty repository. */
  defaultBranch?: Branch;
  /** Git's id of the file's contents; absent when there is no such file. */
  blob?: string;
}

export interface Branch {
  name: string;
  /** Its newest commit. */
  head: string;
}

const repositoryNode = z.object({
  nameWithOwner: z.string().regex(/^[^/]+\/[^/]+$/),
  isArchived: z.boolean(),
  isDisabled: z.boolean(),
  defaultBranchRef: z.object({ name: z.string(), target: z.object({ oid: z.string() }) }).nullable(),
  object: z.object({ oid: z.string().optional() }).nullable(),
});

const liveQuery = `query ($ids: [ID!]!, $file: String!) {
  nodes(ids: $ids) {
    ... on Repository {
      nameWithOwner isArchived isDisabled
      defaultBranchRef { name target { oid } }
      object(expression: $file) { ... on Blob { oid } }
    }
  }
}`;

const textQuery = `query ($ids: [ID!]!, $file: String!) {
  nodes(ids: $ids) { ... on Repository { object(expression: $file) { ... on Blob { oid text isTruncated } } } }
}`;

const branchQuery = `query ($ids: [ID!]!, $file: String!, $branch: String!) {
  nodes(ids: $ids) {
    ... on Repository { ref(qualifiedName: $branch) { target { oid } } object(expression: $file) { ... on Blob { oid } } }
  }
}`;

const branchNode = z.object({
  ref: z.object({ target: z.object({ oid: z.string() }) }).nullable(),
  object: z.object({ oid: z.string().optional() }).nullable(),
});

/** Reads files of one run. What comes within a moment is one query. */
export class LiveFiles {
  readonly #connect: () => Promise<GitHubConnection>;
  /** By the question, since a query asks all of its repositories the same. */
  readonly #batches = new Map<string, Batch<string, unknown>>();

  constructor(connect: () => Promise<GitHubConnection>) {
    this.#connect = connect;
  }

  /** Undefined for a repository that does not exist, or that the credential cannot see: GitHub answers both alike. */
  async find({ repositoryId, path }: FileAddress): Promise<LiveRepository | undefined> {
    const node = await this.#ask(liveQuery, `HEAD:${path}`, repositoryId, repositoryNode);
    if (!node) return undefined;
    const { defaultBranchRef: branch, object } = node;
    return {
      slug: node.nameWithOwner as RepositorySlug,
      archived: node.isArchived,
      disabled: node.isDisabled,
      ...(branch ? { defaultBranch: { name: branch.name, head: branch.target.oid } } : {}),
      // A folder of that name has no blob's id.
      ...(object?.oid ? { blob: object.oid } : {}),
    };
  }

  /** A file on a branch, and where that is; undefined when there is no such branch. */
  async findOnBranch(
    { repositoryId, path }: FileAddress,
    branch: string,
  ): Promise<{ head: string; blob?: string } | undefined> {
    const revision = `refs/heads/${branch}`;
    const node = await this.#ask(branchQuery, `${revision}:${path}`, repositoryId, branchNode, revision);
    const { ref, object } = node ?? {};
    return ref ? { head: ref.target.oid, ...(object?.oid ? { blob: object.oid } : {}) } : undefined;
  }

  /** The text of a file on a branch, which is the default one where none is named; undefined when there is no such file. */
  async readText({ repositoryId, path }: FileAddress, branch?: string): Promise<LiveText | undefined> {
    const revision = branch === undefined ? "HEAD" : `refs/heads/${branch}`;
    const node = await this.#ask(textQuery, `${revision}:${path}`, repositoryId, textNode);
    const { oid, text } = node?.object ?? {};
    return oid ? { blob: oid, text: text ?? "" } : undefined;
  }

  async #ask<T>(query: string, file: string, id: string, shape: z.ZodType<T>, branch?: string): Promise<T | undefined> {
    const key = `${query} ${file}`;
    let batch = this.#batches.get(key);
    if (!batch) {
      batch = new Batch({ size: batchSize, patience }, (ids) => this.#send(query, { ids, file, branch }));
      this.#batches.set(key, batch);
    }
    const node = await batch.add(id);
    if (node === undefined) return undefined;
    const github = await this.#connect();
    return requireDocumented(shape, node, (what) => unexpectedAnswer(github, "POST /graphql", what));
  }

  async #send(
    query: string,
    variables: { ids: string[]; file: string; branch: string | undefined },
  ): Promise<unknown[]> {
    const github = await this.#connect();
    const { data, errors } = await askPartially(github, query, omitUndefined(variables), isUnseen);
    const nodes = requireDocumented(
      z.object({ nodes: z.array(z.unknown()).length(variables.ids.length) }),
      data,
      (what) => unexpectedAnswer(github, "POST /graphql", what),
    ).nodes;
    // Only an error of its own says that a repository cannot be seen: an answer without it says nothing.
    const unseen = new Set(errors.map(({ path }) => path?.[1]));
    return nodes.map((node, index) => (unseen.has(index) && !node ? undefined : (node ?? null)));
  }
}

/** What a file holds. A binary one, or one of more than half a megabyte, has no text. */
export interface LiveText {
  blob: string;
  text: string;
}

const textNode = z.object({
  object: z.object({ oid: z.string().optional(), text: z.string().nullish() }).nullable(),
});

/**
 * `FORBIDDEN`: single sign-on is not authorised for the credential, or an IP allow list keeps it out. Of a part of a repository,
 * such as its files, it is a missing right, and no word about what is there.
 */
const isUnseen = ({ type, path }: FieldError) => path?.length === 2 && (type === "NOT_FOUND" || type === "FORBIDDEN");
