/** The log of requests for answers, as the dashboard shows it. */
import type { Context } from "hono";
import { type Caller, identityOf } from "./caller.ts";

export interface LogEntry {
  /** RFC 3339. */
  time: string;
  /** The name by which Aperture knows the caller: of a tagged device its tags, joined. Empty: nobody vouches for it. */
  login: string;
  tags: string[];
  node: string;
  /** What the client says of itself, in `X-GitHub-*`. */
  repository?: string;
  run?: string;
  number?: string;
  provider?: string;
  model?: string;
  status: number;
  inputTokens?: number;
  outputTokens?: number;
  /** Why it was refused, or broke. */
  reason?: string;
}

/** A header of a request -> where it stands in an entry. */
export const loggedHeaders = {
  repository: "X-GitHub-Repository",
  run: "X-GitHub-Run",
  number: "X-GitHub-Number",
} as const;

/** Longer texts of clients are cut off. */
const longest = 200;

export const clip = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** What is known of a request when it comes in. */
export function beginEntry(c: Context, time: Date, caller: Caller | undefined): LogEntry {
  const sent = Object.entries(loggedHeaders).flatMap(([field, header]) => {
    const value = c.req.header(header);
    return value === undefined ? [] : [[field, clip(value)]];
  });
  return {
    time: time.toISOString(),
    login: caller ? identityOf(caller) : "",
    tags: caller?.tags ?? [],
    node: caller?.node ?? "",
    ...Object.fromEntries(sent),
    status: 0,
  };
}

/** What a reader looks for; an empty value is none. */
export type LogFilter = Partial<Record<"login" | "repository" | "run" | "number" | "model" | "status", string>>;

/** Texts are found as parts, numbers as a whole; `failed` stands for every status of 400 and more. Newest first. */
export function findEntries(log: readonly LogEntry[], filter: LogFilter): LogEntry[] {
  const holds = (entry: LogEntry, name: string, wanted: string): boolean => {
    const value = String(entry[name as keyof LogFilter] ?? "");
    if (name === "status") return wanted === "failed" ? entry.status >= 400 : value === wanted;
    if (name === "run" || name === "number") return value === wanted;
    return value.toLowerCase().includes(wanted.toLowerCase());
  };
  const wishes = Object.entries(filter).filter(([, wanted]) => wanted !== "");
  return log.filter((entry) => wishes.every(([name, wanted]) => holds(entry, name, wanted))).toReversed();
}
