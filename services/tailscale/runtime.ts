/** What the plugin takes from the outside, so that tests can stand in for it. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fetchThroughProxy } from "../fetch.ts";

export interface Runtime {
  fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds before GitHub is asked again what a server failed to answer. Default 1000. */
  retryPause?: number;
  /** At least 0, less than 1. */
  random(): number;
  environment: Record<string, string | undefined>;
  /** The text of a file; throws when it cannot be read. */
  readFile(path: string): string;
}

/** The process that the plugin runs in; or another environment than its own. */
export function createRuntime(environment: Runtime["environment"] = process.env): Runtime {
  return {
    fetch: fetchThroughProxy(environment),
    now: Date.now,
    sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
    random: Math.random,
    environment,
    readFile: (path) => readFileSync(path, "utf8"),
  };
}

/** Milliseconds to wait before try number `attempt` (1 is the second): doubling, with jitter, so that writers part. */
export function chooseDelay(runtime: Runtime, attempt: number, first: number, longest: number): number {
  const ceiling = Math.min(longest, first * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + runtime.random() / 2));
}
