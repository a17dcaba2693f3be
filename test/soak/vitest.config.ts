import { defineConfig } from "vitest/config";

/** `npm run soak:deliveries`: takes some six minutes. CI runs it. */
export default defineConfig({
  test: {
    include: ["test/soak/switches.ts", "test/soak/central-kills.ts"],
    // @actions/* import JSON without import attributes, which Node refuses; Vite's transform does not.
    server: { deps: { inline: [/@actions\//] } },
    testTimeout: 1_800_000,
  },
});
