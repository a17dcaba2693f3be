/** How long the pure policy edits take on a policy file with thousands of entries. */
import { find, insert, observe, plan, remove } from "../core/policy/edit.ts";
import type { Fragment } from "../core/policy/fragment.ts";
import { readExamplePolicy } from "../sandbox/world.ts";
import { median } from "./statistics.ts";

export interface EditMeasurement {
  /** Whose the entries are. */
  file: string;
  bytes: number;
  /** Median milliseconds by edit. */
  milliseconds: Record<string, number>;
}

const owner = "claude-aperture/bench";
const rounds = 15;
/** The compiler is not what is measured; the first call of a process takes four to eight times as long. */
const warmUps = 10;

/**
 * On a file of `entries` entries: with one tag of this stack among those of others, and with nothing but this stack's.
 * A tag makes three entries: its owners, its grant, its test.
 */
export function measureEdits(entries: number): EditMeasurement[] {
  const tags = Math.ceil(entries / 3);
  const others = insert(readExamplePolicy(), fragment("other", tags - 1), "claude-aperture/others");
  return [
    measure("one tag of this stack among those of others", others, fragment("ci", 1)),
    measure("every entry of this stack", readExamplePolicy(), fragment("ci", tags)),
  ];
}

function measure(file: string, before: string, wanted: Fragment): EditMeasurement {
  const live = insert(before, wanted, owner);
  return {
    file,
    bytes: Buffer.byteLength(live),
    milliseconds: {
      plan: time(() => plan(live, wanted, owner)),
      insert: time(() => insert(before, wanted, owner)),
      remove: time(() => remove(live, wanted, owner)),
      find: time(() => find(live, owner)),
      observe: time(() => observe(live, wanted, owner)),
    },
  };
}

function fragment(name: string, tags: number): Fragment {
  return Object.fromEntries(
    Array.from({ length: tags }, (_, index) => [
      `tag:${name}-${index + 1}`,
      { owners: [], destinations: ["tag:aperture"], ports: ["tcp:80"], models: ["anthropic/**"], test: "accept" },
    ]),
  );
}

function time(edit: () => unknown): number {
  for (let round = 0; round < warmUps; round++) edit();
  return median(
    Array.from({ length: rounds }, () => {
      const start = performance.now();
      edit();
      return performance.now() - start;
    }),
  );
}
