/** `npm run fidelity`: the rendered workflow's rules against the real Claude Code. Not part of `npm test`: it downloads 100 MB. */
import { defineConfig } from "vitest/config";
import { claudeCodeInCache, version } from "./claude-code.ts";

const reason = await claudeCodeInCache().then(
  () => undefined,
  (error: Error) => error.message,
);
if (reason !== undefined) {
  console.log(`Nothing was tried: Claude Code ${version} is not here. ${reason}`);
  if (process.env.CI) process.exit(1);
}

export default defineConfig({
  test: {
    include: reason === undefined ? ["test/fidelity/*.fidelity.ts"] : [],
    passWithNoTests: reason !== undefined,
    reporters: ["verbose"],
    // A start of Claude Code takes one to three seconds of a core.
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
