/** Files of repositories as they are now, for many repositories in one query. */
import { z } from "zod";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import type { RepositoryNodes } from "./nodes.ts";

export interface FileAddress {
  /** GraphQL's node id of the repository: it outlives renames and transfers. */
  repositoryId: string;
  path: string;
  /** Absent: the default branch. */
  branch?: string;
}

/** A repository as far as a file in it is concerned. */
export interface LiveRepository {
  /** As GitHub spells it now. */
  slug: RepositorySlug;
  archived: boolean;
  disabled: boolean;
  /** The branch that was asked for; absent where there is none, as in an empty repository. */
  defaultBranch?: Branch;
  /** Git's id of the file's contents; absent when there is no such file. */
  blob?: string;
}

export interface Branch {
  name: string;
  /** Its newest commit. */
  head: string;
}

/** What a query selects of a repository in which a file is, at `$file`: `HEAD:` and its path. */
export const liveSelection = `
      nameWithOwner isArchived isDisabled
      defaultBranchRef { name target { oid } }
      object(expression: $file) { ... on Blob { oid } }`;

export const liveNode = z.object({
  nameWithOwner: z.string().regex(/^[^/]+\/[^/]+$/),
  isArchived: z.boolean(),
  isDisabled: z.boolean(),
  defaultBranchRef: z.object({ name: z.string(), target: z.object({ oid: z.string() }) }).nullable(),
  object: z.object({ oid: z.string().optional() }).nullable(),
});

/** What `liveSelection` was answered. */
export function toLiveRepository(node: z.infer<typeof liveNode>): LiveRepository {
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

const liveQuery = `query ($ids: [ID!]!, $file: String!) {
  nodes(ids: $ids) {
    ... on Repository {${liveSelection}
    }
  }
}`;

const liveQueryOfBranch = `query ($ids: [ID!]!, $file: String!, $branch: String!) {
  nodes(ids: $ids) {
    ... on Repository {${liveSelection}
      base: ref(qualifiedName: $branch) { name target { oid } }
    }
  }
}`;

const liveNodeOfBranch = liveNode.extend({ base: liveNode.shape.defaultBranchRef });

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
  readonly #nodes: RepositoryNodes;

  constructor(nodes: RepositoryNodes) {
    this.#nodes = nodes;
  }

  /** Undefined for a repository that does not exist, or that the credential cannot see: GitHub answers both alike. */
  async find({ repositoryId, path, branch }: FileAddress): Promise<LiveRepository | undefined> {
    if (branch !== undefined) {
      const place = `refs/heads/${branch}`;
      const variables = { file: `${place}:${path}`, branch: place };
      const found = await this.#nodes.ask(liveQueryOfBranch, variables, repositoryId, liveNodeOfBranch);
      return found && toLiveRepository({ ...found, defaultBranchRef: found.base });
    }
    const node = await this.#nodes.ask(liveQuery, { file: `HEAD:${path}` }, repositoryId, liveNode);
    return node && toLiveRepository(node);
  }

  /** A file on a branch, and where that is; undefined when there is no such branch. */
  async findOnBranch(
    { repositoryId, path }: FileAddress,
    branch: string,
  ): Promise<{ head: string; blob?: string } | undefined> {
    const revision = `refs/heads/${branch}`;
    const variables = { file: `${revision}:${path}`, branch: revision };
    const { ref, object } = (await this.#nodes.ask(branchQuery, variables, repositoryId, branchNode)) ?? {};
    return ref ? { head: ref.target.oid, ...(object?.oid ? { blob: object.oid } : {}) } : undefined;
  }

  /** The text of a file; undefined when there is none. */
  async readText({ repositoryId, path, branch }: FileAddress): Promise<LiveText | undefined> {
    const revision = branch === undefined ? "HEAD" : `refs/heads/${branch}`;
    const node = await this.#nodes.ask(textQuery, { file: `${revision}:${path}` }, repositoryId, textNode);
    const { oid, text } = node?.object ?? {};
    return oid ? { blob: oid, text: text ?? "" } : undefined;
  }
}

/**
 * Texts of the default branch, by path, in one query for many repositories. A binary one, or a long one, has none: undefined. The whole is
 * undefined for a repository that cannot be seen.
 */
export async function readTexts(
  nodes: RepositoryNodes,
  repositoryId: string,
  paths: readonly string[],
): Promise<Map<string, string | undefined> | undefined> {
  const names = paths.map((_, index) => `file${index}`);
  const parameters = names.map((name) => `$${name}: String!`).join(", ");
  const fields = names
    .map((name) => `${name}: object(expression: $${name}) { ... on Blob { oid text isTruncated } }`)
    .join(" ");
  const query = `query ($ids: [ID!]!, ${parameters}) { nodes(ids: $ids) { ... on Repository { ${fields} } } }`;
  const variables = Object.fromEntries(paths.map((path, index) => [names[index] ?? "", `HEAD:${path}`]));
  const shape = z.record(z.string(), textNode.shape.object);
  const found = await nodes.ask(query, variables, repositoryId, shape);
  if (!found) return undefined;
  return new Map(
    paths.flatMap((path, index): [string, string | undefined][] => {
      const { oid, text, isTruncated } = found[names[index] ?? ""] ?? {};
      return oid ? [[path, isTruncated ? undefined : (text ?? undefined)]] : [];
    }),
  );
}

/** What a file holds. A binary one, or one of more than half a megabyte, has no text. */
export interface LiveText {
  blob: string;
  text: string;
}

const textNode = z.object({
  object: z
    .object({ oid: z.string().optional(), text: z.string().nullish(), isTruncated: z.boolean().nullish() })
    .nullable(),
});
