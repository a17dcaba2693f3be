import { describe, expect, it } from "vitest";
import { z } from "zod";
import { connectToGitHub, type GitHubConnection, GitHubError } from "../../../services/github/connection.ts";
import { type Mutation, Mutations } from "../../../services/github/mutations.ts";

const mutation = (name: string): Mutation => ({
  name,
  input: { name },
  select: "ok",
  shape: z.object({ ok: z.string() }),
});

type Body = { data?: unknown; errors?: unknown };

/** GitHub that answers each request in turn, and the requests that it got. */
function scene(...answers: Body[]) {
  const asked: { query: string; variables: Record<string, unknown> }[] = [];
  const waits: number[] = [];
  let connection: GitHubConnection | undefined;
  const connect = async () => {
    if (connection) return connection;
    connection = connectToGitHub({ token: "made-up-token" }, {});
    connection.hook.wrap("request", async (_, { query, variables }) => {
      asked.push({ query, variables } as never);
      return {
        status: 200,
        headers: { "retry-after": "7" },
        url: "/graphql",
        data: answers[asked.length - 1],
      } as never;
    });
    return connection;
  };
  return { asked, waits, mutations: new Mutations(connect, async (seconds) => waits.push(seconds)) };
}

const limited = (field: string) => ({ path: [field], message: "You have exceeded a secondary rate limit." });

describe("Mutations", () => {
  it("sends groups that come together in one request, each in its order", async () => {
    const { mutations, asked } = scene({ data: { m0: { ok: "a" }, m1: { ok: "b" }, m2: { ok: "c" } } });
    const groups = await Promise.all([
      mutations.run([mutation("one"), mutation("two")]),
      mutations.run([mutation("one")]),
    ]);
    expect(groups.map((outcomes) => outcomes.map((one) => one.kind === "done" && one.payload))).toEqual([
      [{ ok: "a" }, { ok: "b" }],
      [{ ok: "c" }],
    ]);
    expect(asked).toEqual([
      {
        query:
          "mutation ($input0: OneInput!, $input1: TwoInput!, $input2: OneInput!) {\n" +
          "m0: one(input: $input0) { ok }\nm1: two(input: $input1) { ok }\nm2: one(input: $input2) { ok }\n}",
        variables: { input0: { name: "one" }, input1: { name: "two" }, input2: { name: "one" } },
      },
    ]);
  });

  it("says of each what became of it", async () => {
    const { mutations } = scene({
      data: { m0: null, m1: { ok: "b" } },
      errors: [{ type: "STALE_DATA", path: ["m0"], message: "moved" }],
    });
    expect(await mutations.run([mutation("one"), mutation("two")])).toEqual([
      { kind: "refused", type: "STALE_DATA", said: "moved" },
      { kind: "done", payload: { ok: "b" } },
    ]);
  });

  it("waits for a limit, and sends again what was not done", async () => {
    const { mutations, asked, waits } = scene(
      {
        data: { m0: { ok: "a" }, m1: null, m2: null },
        errors: [limited("m1"), { path: ["m2"], message: "no branch" }],
      },
      { data: { m0: { ok: "b" }, m1: { ok: "c" } } },
    );
    const outcomes = await mutations.run([mutation("one"), mutation("two"), mutation("three")]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["done", "done", "done"]);
    expect(waits).toEqual([7]);
    expect(asked[1]?.variables).toEqual({ input0: { name: "two" }, input1: { name: "three" } });
  });

  it.each([
    ["without one of them", { m0: { ok: "a" } }],
    ["with null and no error", { m0: { ok: "a" }, m1: null }],
    ["of another form", { m0: { ok: "a" }, m1: { ok: 1 } }],
    ["with a list", []],
  ])("takes no answer %s", async (_, data) => {
    const { mutations } = scene({ data });
    await expect(mutations.run([mutation("one"), mutation("two")])).rejects.toThrow(GitHubError);
  });
});
