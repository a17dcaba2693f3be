import { expect, it } from "vitest";
import type { GitHubConnection } from "../../../services/github/connection.ts";
import { identifyRights } from "../../../services/github/rights.ts";

/** A connection as octokit's strategies answer for it. */
const connection = (answer: object) => ({ auth: async () => answer }) as unknown as GitHubConnection;
const nothing = undefined;

it.each([
  [
    "a classic token",
    { type: "token", tokenType: "oauth" },
    new Set(["repo"]),
    { kind: "scopes", scopes: new Set(["repo"]) },
  ],
  ["a fine-grained token", { type: "token", tokenType: "oauth" }, nothing, { kind: "fine-grained" }],
  ["a token of a job", { type: "token", tokenType: "installation" }, nothing, { kind: "installation-token" }],
  [
    "an App",
    { type: "token", tokenType: "installation", permissions: { secrets: "write" } },
    nothing,
    { kind: "app", permissions: { secrets: "write" } },
  ],
])("%s", async (_, answer, scopes, rights) => {
  expect(await identifyRights(connection(answer), scopes)).toEqual(rights);
});
