import { RequestError } from "@octokit/request-error";
import { expect, it } from "vitest";
import { connectToGitHub } from "../../../services/github/connection.ts";
import { findLimitEnd } from "../../../services/github/rate-limit.ts";

const request = { method: "GET", url: "https://api.github.com/user", headers: {} } as const;

it("an error without an answer says nothing of a limit", async () => {
  const github = connectToGitHub({ baseUrl: "http://127.0.0.1:9", token: "ghp_example" }, {}, { retryPause: 1 });
  const error = await github.request("GET /user").catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(RequestError);
  expect(findLimitEnd(error)).toBeUndefined();
});

it("a used-up limit ends when the answer says", () => {
  const headers = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000000" };
  const response = { status: 403, url: request.url, headers, data: {} };
  const error = new RequestError("API rate limit exceeded for user ID 1.", 403, { request, response });
  expect(findLimitEnd(error)).toBe(1_790_000_000_000);
  const other = new RequestError("Resource not accessible", 403, { request, response });
  expect(findLimitEnd(other)).toBeUndefined();
});
