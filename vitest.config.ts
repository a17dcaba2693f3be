import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Whole runs first: begun at the end, one of minutes would leave the other core idle. */
class WholeRunsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isWhole = ({ project }: TestSpecification) => project.name === "whole";
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))];
  }
}

/** Decisions, clients and components, without a process or an engine: `npm run test:unit`. */
const unit = ["core", "services", "stack", "components", "docs"].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: unit } },
      { extends: true, test: { name: "whole", include: ["test/**/*.test.ts"], exclude: unit } },
    ],
    // @actions/* import JSON without import attributes, which Node refuses; Vite's transform does not.
    server: { deps: { inline: [/@actions\//] } },
    // A whole run also waits, for providers that start and for pauses that services ask for.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: WholeRunsFirst },
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
