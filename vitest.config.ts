import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Whole runs first: begun at the end, one of minutes would leave the other core idle. */
class WholeRunsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isWhole = ({ moduleId }: TestSpecification) => /\/test\/(engine|provider)\//.test(moduleId);
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // @actions/* import JSON without import attributes, which Node refuses; Vite's transform does not.
    server: { deps: { inline: [/@actions\//] } },
    // A whole run also waits, for providers that start and for pauses that services ask for.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: WholeRunsFirst },
    testTimeout: 180_000,
    hookTimeout: 180_000,
    coverage: {
      include: ["core/**/*.ts", "services/**/*.ts", "stack/**/*.ts", "components/**/*.ts", "provider/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { "core/policy/**": { branches: 95 }, "core/workflow/**": { branches: 95 } },
    },
  },
});
