/** Random choices that a seed repeats. */

export interface Random {
  /** At least 0, less than `bound`. */
  below(bound: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Each of them or not. */
  some<T>(from: readonly T[]): T[];
}

/** mulberry32 (Tommy Ettinger, public domain): small, and good enough to choose with. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    below,
    chance: (probability) => next() < probability,
    pick(from) {
      if (from.length === 0) throw new Error("nothing to pick from");
      return from[below(from.length)] as (typeof from)[number];
    },
    some: (from) => from.filter(() => next() < 0.5),
  };
}

/** The seed in a variable of the environment, or a new one. */
export function seedFrom(variable: string): number {
  const given = process.env[variable];
  if (given === undefined) return Date.now() % 2 ** 31;
  if (!/^\d+$/.test(given)) throw new Error(`${variable} is no whole number: ${given}`);
  return Number(given);
}
