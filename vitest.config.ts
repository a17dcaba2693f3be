import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files of half a minute and more, the longest first: begun at the end, one would leave the other core idle. */
const longest = [
  "verify/breaks",
  "verify/breaks-before",
  "faults-repositories",
  "claims",
  "drift",
  "workflow-file-errors",
  "unanswered",
  "repositories-change",
  "faults-policy",
  "policy",
  "history",
].map((name) => `/test/engine/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? longest.length : place;
    };
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

/** Decisions, clients and components, without a process or an engine: `npm run test:unit`. */
const unit = ["core", "services", "stack", "components", "docs"].map((folder) => `test/${folder}/**/*.test.ts`);

/** Whole runs that are too long for each `npm test`. CI runs them: `npm run soak:long`. */
const long = [
  ...[
    "central-changes",
    "central-destroy",
    "central-waits",
    "faults-workflow-files",
    "kills",
    "rehearsal",
    "secrecy",
    "verify/real-run",
  ].map((name) => `test/engine/${name}.test.ts`),
  "test/soak/switches.ts",
  "test/soak/central-kills.ts",
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: unit } },
      { extends: true, test: { name: "whole", include: ["test/**/*.test.ts"], exclude: [...unit, ...long] } },
      { extends: true, test: { name: "long", include: long, testTimeout: 1_800_000 } },
    ],
    // @actions/* import JSON without import attributes, which Node refuses; Vite's transform does not.
    server: { deps: { inline: [/@actions\//] } },
    // A whole run also waits, for providers that start and for pauses that services ask for.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    // For what hangs, not for what is slow: a busy machine takes many times as long.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    coverage: {
      // Of the unit project: counting in whole runs costs a tenth of their time, and most of them are other processes.
      include: ["core/**/*.ts", "services/**/*.ts", "stack/**/*.ts", "components/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { "core/policy/**": { branches: 95 }, "core/workflow/**": { branches: 95 } },
    },
  },
});
