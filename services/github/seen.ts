/** Answers to read-only requests, of which one may be refused without anything being wrong. */
import type { z } from "zod";
import { requireDocumented } from "../answer.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { isRefusal } from "./errors.ts";

/** `refused`: the credential may not see it, or there is no such thing; GitHub answers both alike. */
export type Seen<T> = { kind: "seen"; value: T } | { kind: "refused"; status: number; said: string };

/** The documented answer to a request such as `GET /repos/acme/app`. @throws RequestError for any other error than a refusal. */
export async function see<T>(github: GitHubConnection, request: string, shape: z.ZodType<T>): Promise<Seen<T>> {
  try {
    const { data } = await github.request(request);
    return { kind: "seen", value: requireDocumented(shape, data, (what) => unexpectedAnswer(github, request, what)) };
  } catch (error) {
    if (isRefusal(error)) return { kind: "refused", status: error.status, said: error.message };
    throw error;
  }
}
