import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // @actions/* import JSON without import attributes, which Node refuses; Vite's transform does not.
    server: { deps: { inline: [/@actions\//] } },
    // A whole run waits for its children most of the time; Vitest would leave one of two cores free.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    coverage: {
      include: ["policy/**/*.ts", "workflow/**/*.ts", "components/**/*.ts", "plugin/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { "policy/**": { branches: 95 }, "workflow/**": { branches: 95 } },
    },
  },
});
