/** What a job of a run logged. https://docs.github.com/en/rest/actions/workflow-jobs#download-job-logs-for-a-workflow-run */
import { RequestError } from "@octokit/request-error";
import { redact } from "../../core/messages/redact.ts";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import { isPage } from "../answer.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { isRefusal } from "./errors.ts";
import type { Seen } from "./seen.ts";

export interface JobLog {
  /** Without the time in front of each line and without colours. Nothing in it has the form of a credential. */
  lines: string[];
  /** It was longer than what is kept: the beginning is not here. */
  isCut: boolean;
}

export interface LogLimits {
  /** Of the end, in bytes: there is the reason of a failure. */
  kept: number;
  /** What is read at most, in bytes; a log that goes on is left there. */
  read: number;
}

const usualLimits: LogLimits = { kept: 512 * 1024, read: 32 * 1024 * 1024 };

/**
 * GitHub answers with a redirect to where the log is, and fetch takes the credential off on the way. A log that was deleted, or is not
 * there yet, is refused with its 404 or 410. @throws RequestError
 */
export async function readJobLog(
  github: GitHubConnection,
  repository: RepositorySlug,
  job: number,
  limits: LogLimits = usualLimits,
): Promise<Seen<JobLog>> {
  const request = `GET /repos/${repository}/actions/jobs/${job}/logs`;
  try {
    // The body as it comes: a log can be larger than memory, and a hostile one without end.
    const { data, headers } = await github.request(request, { request: { parseSuccessResponseBody: false } });
    const { bytes, isCut } = await readTail(data as ReadableStream<Uint8Array> | null | undefined, limits);
    const text = bytes.toString("utf8");
    if (isPage(text, headers["content-type"])) throw unexpectedAnswer(github, request, "an HTML page");
    return { kind: "seen", value: { lines: toLines(text, isCut), isCut } };
  } catch (error) {
    if (isRefusal(error) || isGone(error)) return { kind: "refused", status: error.status, said: error.message };
    throw error;
  }
}

async function readTail(
  body: ReadableStream<Uint8Array> | null | undefined,
  { kept, read }: LogLimits,
): Promise<{ bytes: Buffer; isCut: boolean }> {
  const chunks: Uint8Array[] = [];
  let held = 0;
  let seen = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    held += chunk.length;
    seen += chunk.length;
    while (held - (chunks[0]?.length ?? 0) >= kept) held -= chunks.shift()?.length ?? 0;
    if (seen >= read) break;
  }
  const bytes = Buffer.concat(chunks);
  const start = Math.max(0, bytes.length - kept);
  return { bytes: bytes.subarray(start), isCut: seen > bytes.length - start || seen >= read };
}

const time = /^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z ?/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what colours begin with.
const colours = /\u001b\[[\d;]*[A-Za-z]/g;

function toLines(text: string, isCut: boolean): string[] {
  // Without colours first: one may stand in the middle of a credential.
  const lines = redact(text.replace(colours, ""), []).split(/\r?\n/);
  // The first line of what is kept has lost its beginning.
  if (isCut) lines.shift();
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.replace(time, ""));
}

function isGone(error: unknown): error is RequestError {
  return error instanceof RequestError && error.status === 410;
}
