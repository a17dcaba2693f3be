import { afterEach, describe, expect, it, vi } from "vitest";
import { connectToGitHub } from "../../../services/github/connection.ts";
import { askPartially, type FieldError } from "../../../services/github/graphql.ts";
import { json } from "../../provider/support.ts";

afterEach(() => vi.unstubAllGlobals());

const isMissing = ({ type }: FieldError) => type === "NOT_FOUND";

function ask(body: object, headers: Record<string, string> = {}) {
  vi.stubGlobal("fetch", async () => json(200, body, headers));
  const github = connectToGitHub({ token: "ghp_madeUpForThisTest" }, {});
  return askPartially(github, "query { a b }", {}, isMissing);
}

const missing = { type: "NOT_FOUND", path: ["b"], message: "Could not resolve" };

describe("an answer of which a part failed", () => {
  it.each<[string, object, object]>([
    ["nothing failed", { data: { a: 1 } }, { data: { a: 1 }, errors: [] }],
    ["what may fail", { data: { a: 1, b: null }, errors: [missing] }, { data: { a: 1, b: null }, errors: [missing] }],
  ])("is read: %s", async (_, body, expected) => {
    expect(await ask(body)).toEqual(expected);
  });

  it("has what GitHub asks to wait", async () => {
    const body = { data: { a: 1, b: null }, errors: [missing] };
    expect(await ask(body, { "retry-after": "7" })).toMatchObject({ retryAfter: 7 });
    for (const absurd of ["soon", "0", "-7", "Infinity", "9".repeat(12)])
      expect(await ask(body, { "retry-after": absurd })).not.toHaveProperty("retryAfter");
  });

  it.each<[string, object]>([
    ["something else failed", { data: { a: null }, errors: [{ ...missing, type: "FORBIDDEN" }] }],
    ["something else failed, too", { data: { a: null, b: null }, errors: [missing, { path: ["a"], message: "?" }] }],
    ["the error names no field", { data: { a: 1 }, errors: [{ type: "NOT_FOUND", message: "Could not resolve" }] }],
    ["the error names an empty path", { data: { a: 1 }, errors: [{ ...missing, path: [] }] }],
    ["there are no data", { errors: [missing] }],
    ["the data are null", { data: null, errors: [missing] }],
  ])("is an error: %s", async (_, body) => {
    await expect(ask(body)).rejects.toMatchObject({ name: "GraphqlResponseError" });
  });
});
