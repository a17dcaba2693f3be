/** What one run sets up: properties over any stack, any state and any rest of GitHub's limits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Budget,
  chooseWave,
  commitsPerHour,
  fitsWhole,
  requestsPerRepository,
  reserve,
} from "../../stack/budget.ts";

const now = Date.UTC(2026, 10, 24, 17, 30);
const minute = 60_000;

interface Case extends Budget<number> {
  standing: Set<number>;
}

const cases = fc
  .record({
    size: fc.integer({ min: 0, max: 900 }),
    standing: fc.array(fc.nat(899), { maxLength: 900 }),
    limit: fc.constantFrom(60, 100, 5000, 15_000),
    spent: fc.double({ min: 0, max: 1, noNaN: true }),
    counted: fc.boolean(),
    reads: fc.nat(900),
    unfinished: fc.nat(20),
    commits: fc.array(fc.nat(90), { maxLength: 700 }),
  })
  .map(({ size, standing, limit, spent, counted, reads, unfinished, commits }): Case => {
    const stands = new Set(standing.filter((one) => one < size));
    return {
      repositories: Array.from({ length: size }, (_, index) => index),
      standing: stands,
      stands: (one) => stands.has(one),
      rateLimit: counted ? { limit, remaining: Math.round(limit * (1 - spent)), reset: now + 20 * minute } : undefined,
      reads,
      unfinished: Math.min(unfinished, stands.size),
      commits: commits.map((minutesAgo) => now - minutesAgo * minute),
      now,
    };
  });

const room = ({ rateLimit, reads = 0, unfinished = 0, commits }: Case) => ({
  requests: rateLimit
    ? rateLimit.remaining - reserve(rateLimit) - reads - unfinished * requestsPerRepository
    : Number.POSITIVE_INFINITY,
  commits: commitsPerHour - unfinished - commits.filter((time) => time > now - 60 * minute).length,
});

const holds = (property: (one: Case) => void) => fc.assert(fc.property(cases, property), { numRuns: 500 });

describe("chooseWave", () => {
  it("never leaves out what stands", () =>
    holds((one) => {
      expect(chooseWave(one).later.filter(one.stands)).toEqual([]);
    }));

  it("sets up each repository now or later, in the order of the list, the first new ones first", () =>
    holds((one) => {
      const { now: chosen, later } = chooseWave(one);
      expect([...chosen, ...later].sort((a, b) => a - b)).toEqual(one.repositories);
      expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
      expect(later).toEqual(later.toSorted((a, b) => a - b));
      const lastNew = chosen.filter((repository) => !one.stands(repository)).at(-1) ?? -1;
      for (const repository of later) expect(repository).toBeGreaterThan(lastNew);
    }));

  it("spends no more than is left on new repositories", () =>
    holds((one) => {
      const made = chooseWave(one).now.filter((repository) => !one.stands(repository)).length;
      if (made === 0) return;
      expect(made * requestsPerRepository).toBeLessThanOrEqual(room(one).requests);
      expect(made).toBeLessThanOrEqual(room(one).commits);
    }));

  it("takes every new repository for which there is room", () =>
    holds((one) => {
      const { now: chosen, later } = chooseWave(one);
      if (later.length === 0) return;
      const made = chosen.filter((repository) => !one.stands(repository)).length;
      const isFull = (made + 1) * requestsPerRepository > room(one).requests || made + 1 > room(one).commits;
      expect(isFull).toBe(true);
    }));

  it("says when to go on exactly where something is left: not before now, at most an hour later", () =>
    holds((one) => {
      const { later, goOnAt } = chooseWave(one);
      expect(goOnAt !== undefined).toBe(later.length > 0);
      if (goOnAt === undefined) return;
      expect(goOnAt).toBeGreaterThan(now);
      expect(goOnAt).toBeLessThanOrEqual(now + 60 * minute);
    }));

  it("needs no knowledge of what stands where all fit", () =>
    holds((one) => {
      if (!fitsWhole(one)) return;
      expect(chooseWave({ ...one, stands: () => false, unfinished: 0, commits: [] }).later).toEqual([]);
    }));
});

const names = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`);
const full = { limit: 5000, remaining: 5000, reset: now + 42 * minute };
const nothingStands = { stands: () => false, commits: [], now };

describe("examples", () => {
  it("500 new repositories with a fresh token: all of them", () => {
    const wave = chooseWave({ ...nothingStands, repositories: names(500), rateLimit: full, reads: 500 });
    expect(wave).toEqual({ now: names(500), later: [] });
  });

  it("500 new repositories with 3,000 requests left: as many as those allow, the others after the reset", () => {
    const rateLimit = { ...full, remaining: 3000 };
    const wave = chooseWave({ ...nothingStands, repositories: names(500), rateLimit, reads: 500 });
    expect(wave.now).toHaveLength(Math.floor((3000 - 100 - 500) / 8));
    expect(wave.goOnAt).toBe(full.reset);
  });

  it("800 new repositories of an app with 15,000 requests: 500 commits, the others an hour later", () => {
    const rateLimit = { limit: 15_000, remaining: 14_000, reset: now + 10 * minute };
    const wave = chooseWave({ ...nothingStands, repositories: names(800), rateLimit });
    expect([wave.now.length, wave.goOnAt]).toEqual([500, now + 60 * minute]);
  });

  it("400 commits half an hour ago leave 100; the rest when those are an hour old", () => {
    const standing = new Set(names(400));
    const wave = chooseWave({
      repositories: names(600),
      stands: (name) => standing.has(name),
      commits: Array(400).fill(now - 30 * minute),
      rateLimit: undefined,
      now,
    });
    expect([wave.now.length, wave.goOnAt]).toEqual([500, now + 30 * minute]);
  });

  it("nothing left in the hour: what stands, and nothing new", () => {
    const rateLimit = { ...full, remaining: 7 };
    const wave = chooseWave({ ...nothingStands, repositories: names(9), stands: (name) => name === "r4", rateLimit });
    expect(wave).toMatchObject({ now: ["r4"], goOnAt: full.reset });
    expect(wave.later).toHaveLength(8);
  });
});
