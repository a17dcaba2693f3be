/** Questions about repositories by their node ids: those that come within a moment and ask the same are one query. */
import { z } from "zod";
import { requireDocumented } from "../answer.ts";
import { Batch } from "./batch.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { askPartially, type FieldError } from "./graphql.ts";

/** GitHub answers for up to 100 nodes; 50 keep an answer well below its time limit. */
const batchSize = 50;
const patience = 20;

/** Asks of one run. */
export class RepositoryNodes {
  readonly #connect: () => Promise<GitHubConnection>;
  /** By the question. */
  readonly #batches = new Map<string, Batch<string, unknown>>();

  constructor(connect: () => Promise<GitHubConnection>) {
    this.#connect = connect;
  }

  /**
   * What a `query` with `$ids: [ID!]!` and `nodes(ids: $ids)` says of the repository. Undefined for one that does not exist, or
   * that the credential cannot see: GitHub answers both alike.
   */
  async ask<T>(
    query: string,
    variables: Record<string, string>,
    id: string,
    shape: z.ZodType<T>,
  ): Promise<T | undefined> {
    const key = JSON.stringify([query, variables]);
    let batch = this.#batches.get(key);
    if (!batch) {
      batch = new Batch({ size: batchSize, patience }, (ids) => this.#send(query, { ...variables, ids }));
      this.#batches.set(key, batch);
    }
    const node = await batch.add(id);
    if (node === undefined) return undefined;
    const github = await this.#connect();
    return requireDocumented(shape, node, (what) => unexpectedAnswer(github, "POST /graphql", what));
  }

  async #send(query: string, variables: { ids: string[] }): Promise<unknown[]> {
    const github = await this.#connect();
    const { data, errors } = await askPartially(github, query, variables, isUnseen);
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

/**
 * `FORBIDDEN`: single sign-on is not authorised for the credential, or an IP allow list keeps it out. Of a part of a repository,
 * such as its files, it is a missing right, and no word about what is there.
 */
const isUnseen = ({ type, path }: FieldError) => path?.length === 2 && (type === "NOT_FOUND" || type === "FORBIDDEN");
