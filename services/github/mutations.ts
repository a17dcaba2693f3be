/** Mutations of GitHub's GraphQL API: those that come within a moment are one request, and each has an outcome of its own. */
import { z } from "zod";
import { requireDocumented } from "../answer.ts";
import { Batch } from "./batch.ts";
import { isSecondaryLimit, limitedWait } from "./commits.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { askPartially, type FieldError } from "./graphql.ts";

/** How long the first waits for others, in milliseconds. GitHub runs the mutations of one request one after the other. */
const patience = 15;
/** Groups of mutations that are one request. */
const batchSize = 5;

export interface Mutation {
  /** Such as `createCommitOnBranch`. */
  name: string;
  input: object;
  /** What is asked back. */
  select: string;
  /** What an answer to that has to be. */
  shape: z.ZodType;
}

export type Outcome =
  | { kind: "done"; payload: unknown }
  /** `type` is GitHub's, such as `STALE_DATA`. Those that come after in the same group were tried all the same. */
  | { kind: "refused"; type: string | undefined; said: string };

type Attempt = Outcome | { kind: "limited"; seconds: number };

/** Mutations of one run. */
export class Mutations {
  readonly #connect: () => Promise<GitHubConnection>;
  readonly #wait: (seconds: number) => Promise<unknown>;
  readonly #batch: Batch<Mutation[], Attempt[]>;

  /** `wait` is called where GitHub's limit on new content is reached in the middle of a request. */
  constructor(connect: () => Promise<GitHubConnection>, wait: (seconds: number) => Promise<unknown>) {
    this.#connect = connect;
    this.#wait = wait;
    this.#batch = new Batch({ size: batchSize, patience }, (groups) => this.#send(groups));
  }

  /** Runs them one after the other, in one request. @throws RequestError: nobody knows then which of them were done. */
  async run(group: Mutation[]): Promise<Outcome[]> {
    const attempts = await this.#batch.add(group);
    for (;;) {
      const first = attempts.findIndex(({ kind }) => kind === "limited");
      const limited = attempts[first];
      if (limited?.kind !== "limited") return attempts as Outcome[];
      await this.#wait(limited.seconds);
      // What came after may have been refused for want of the one that was not done.
      const left = [...group.keys()].filter((index) => index >= first && attempts[index]?.kind !== "done");
      const again = await this.#batch.add(left.map((index) => group[index] as Mutation));
      for (const [position, index] of left.entries()) attempts[index] = again[position] as Attempt;
    }
  }

  async #send(groups: Mutation[][]): Promise<Attempt[][]> {
    const github = await this.#connect();
    const all = groups.flat();
    const parameters = all.map(({ name }, index) => `$input${index}: ${inputType(name)}!`).join(", ");
    const fields = all.map(({ name, select }, index) => `m${index}: ${name}(input: $input${index}) { ${select} }`);
    const query = `mutation (${parameters}) {\n${fields.join("\n")}\n}`;
    const variables = Object.fromEntries(all.map(({ input }, index) => [`input${index}`, input]));
    const { data, errors, retryAfter } = await askPartially(github, query, variables, () => true);
    const refuse = (what: string) => unexpectedAnswer(github, "POST /graphql", what);
    const payloads = requireDocumented(z.record(z.string(), z.unknown()), data, refuse);
    const attempts = all.map(({ shape }, index): Attempt => {
      const error = errors.find(({ path }) => path?.[0] === `m${index}`);
      if (error) return judge(error, retryAfter);
      return { kind: "done", payload: requireDocumented(shape, payloads[`m${index}`], refuse) };
    });
    return groups.map((group) => attempts.splice(0, group.length));
  }
}

function judge({ type, message }: FieldError, retryAfter = limitedWait): Attempt {
  if (isSecondaryLimit(message)) return { kind: "limited", seconds: retryAfter };
  return { kind: "refused", type, said: message };
}

const inputType = (name: string): string => `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
