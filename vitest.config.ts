import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // @actions/* import JSON without import attributes, which Node refuses; Vite's transform does not.
    server: { deps: { inline: [/@actions\//] } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      include: ["policy/**/*.ts", "workflow/**/*.ts", "components/**/*.ts", "plugin/**/*.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { "policy/**": { branches: 95 }, "workflow/**": { branches: 95 } },
    },
  },
});
