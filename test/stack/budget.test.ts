/** What one run sets up: properties over any stack, any state and any rest of GitHub's limits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Budget, type Cost, chooseWave, costOf, fitsWhole, reserve, writesPerHour } from "../../stack/budget.ts";

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
    writes: fc.array(fc.nat(90), { maxLength: 700 }),
    costs: fc.array(
      fc.constantFrom<Cost>({ requests: 8, writes: 1 }, { requests: 8, writes: 2 }, { requests: 0, writes: 1 }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ size, standing, limit, spent, counted, reads, unfinished, writes, costs }): Case => {
    const stands = new Set(standing.filter((one) => one < size));
    return {
      repositories: Array.from({ length: size }, (_, index) => index),
      standing: stands,
      stands: (one) => stands.has(one),
      rateLimit: counted ? { limit, remaining: Math.round(limit * (1 - spent)), reset: now + 20 * minute } : undefined,
      reads,
      cost: (one) => costs[one % costs.length] as Cost,
      unfinished: [...stands].slice(0, unfinished),
      writes: writes.map((minutesAgo) => now - minutesAgo * minute),
      now,
    };
  });

const sumOf = ({ cost }: Case, repositories: readonly number[]): Cost => ({
  requests: repositories.reduce((sum, one) => sum + cost(one).requests, 0),
  writes: repositories.reduce((sum, one) => sum + cost(one).writes, 0),
});

/** What is left for new repositories. */
const room = (one: Case): Cost => {
  const { rateLimit, reads = 0, unfinished = [], writes } = one;
  const begun = sumOf(one, unfinished);
  return {
    requests: rateLimit
      ? Math.max(0, rateLimit.remaining - reserve(rateLimit) - reads) - begun.requests
      : Number.POSITIVE_INFINITY,
    writes: writesPerHour - begun.writes - writes.filter((time) => time > now - 60 * minute).length,
  };
};

const newOf = ({ stands }: Case, repositories: readonly number[]) => repositories.filter((one) => !stands(one));

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
      const made = newOf(one, chooseWave(one).now);
      if (made.length === 0) return;
      expect(sumOf(one, made).requests).toBeLessThanOrEqual(room(one).requests);
      expect(sumOf(one, made).writes).toBeLessThanOrEqual(room(one).writes);
    }));

  it("goes on until the next new repository has no room", () =>
    holds((one) => {
      const { now: chosen, later } = chooseWave(one);
      const [next] = later;
      if (next === undefined) return;
      const wanted = sumOf(one, [...newOf(one, chosen), next]);
      const isFull = wanted.requests > room(one).requests || wanted.writes > room(one).writes;
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
      expect(chooseWave({ ...one, stands: () => false, unfinished: [], writes: [] }).later).toEqual([]);
    }));
});

const names = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`);
const full = { limit: 5000, remaining: 5000, reset: now + 42 * minute };
const byCommit = costOf({ identity: { kind: "federated" }, delivery: { kind: "commit" } });
const nothingStands = { cost: () => byCommit, stands: () => false, writes: [], now };

describe("costOf", () => {
  const request = { labels: [], draft: false, autoMerge: false, reopen: false };
  const organization = { kind: "federated", scope: "organization" } as const;
  const central = (callersBy: "commit" | "pull-request") =>
    ({ kind: "central", repository: "acme/.github", by: "commit", callersBy, ...request }) as const;

  it.each<[string, Parameters<typeof costOf>[0], Cost]>([
    ["secrets and a commit", { identity: { kind: "oauth" }, delivery: { kind: "commit" } }, { requests: 8, writes: 1 }],
    [
      "secrets and a file that people commit",
      { identity: { kind: "federated" }, delivery: { kind: "output" } },
      { requests: 8, writes: 0 },
    ],
    [
      "secrets and a caller",
      { identity: { kind: "federated" }, delivery: central("commit") },
      { requests: 8, writes: 1 },
    ],
    ["a caller alone", { identity: organization, delivery: central("commit") }, { requests: 0, writes: 1 }],
    [
      "a caller alone, by pull request",
      { identity: organization, delivery: central("pull-request") },
      { requests: 0, writes: 2 },
    ],
  ])("%s", (_, settings, want) => {
    expect(costOf(settings)).toEqual(want);
  });
});

describe("examples", () => {
  it("500 new repositories with a fresh token: as many as the requests allow, the others after the reset", () => {
    const wave = chooseWave({ ...nothingStands, repositories: names(500), rateLimit: full, reads: 1000 });
    expect(wave.now).toHaveLength(Math.floor((5000 - 100 - 1000) / 8));
    expect(wave.goOnAt).toBe(full.reset);
  });

  it("500 new repositories with one identity for all: the whole hour, and no request of the REST API", () => {
    const cost = () => ({ requests: 0, writes: 1 });
    const rateLimit = { ...full, remaining: 0 };
    const wave = chooseWave({ ...nothingStands, cost, repositories: names(501), rateLimit });
    expect([wave.now.length, wave.goOnAt]).toEqual([500, now + 60 * minute]);
  });

  it("pull requests count twice", () => {
    const cost = () => ({ requests: 0, writes: 2 });
    const wave = chooseWave({ ...nothingStands, cost, repositories: names(300), rateLimit: undefined });
    expect([wave.now.length, wave.goOnAt]).toEqual([250, now + 60 * minute]);
  });

  it("800 new repositories of an app with 15,000 requests: 500 commits, the others an hour later", () => {
    const rateLimit = { limit: 15_000, remaining: 14_000, reset: now + 10 * minute };
    const wave = chooseWave({ ...nothingStands, repositories: names(800), rateLimit });
    expect([wave.now.length, wave.goOnAt]).toEqual([500, now + 60 * minute]);
  });

  it("400 commits half an hour ago leave 100; the rest when those are an hour old", () => {
    const standing = new Set(names(400));
    const wave = chooseWave({
      ...nothingStands,
      repositories: names(600),
      stands: (name) => standing.has(name),
      writes: Array(400).fill(now - 30 * minute),
      rateLimit: undefined,
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
