import { defineConfig } from "vitest/config";

/** `npm run soak:switches`: takes some five minutes. */
export default defineConfig({
  test: {
    include: ["test/soak/switches.ts"],
    // @actions/* import JSON without import attributes, which Node refuses; Vite's transform does not.
    server: { deps: { inline: [/@actions\//] } },
    testTimeout: 1_800_000,
  },
});
