/** What a person reads while an engine is built, on a clock of the test's own. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Steps } from "../../sandbox/engine/progress.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

const steps = [
  { name: "small 1.0.0", usualSeconds: 30 },
  { name: "middle 2.0.0", usualSeconds: 60 },
  { name: "large 3.0.0", usualSeconds: 240 },
];

/** The lines of a build whose steps take so many seconds each. */
async function build(seconds: number[]): Promise<string[]> {
  const said: string[] = [];
  const progress = new Steps((line) => said.push(line), steps);
  progress.announce();
  for (const [index, step] of steps.entries()) {
    await progress.run(step, async () => {
      await vi.advanceTimersByTimeAsync((seconds[index] ?? 0) * 1000);
    });
  }
  return said;
}

test("the steps are counted, and what is left follows the machine's pace once a step is done", async () => {
  // Half as fast as where the usual times come from.
  expect(await build([60, 120, 480])).toMatchInlineSnapshot(`
    [
      "Building the engine from Go modules, once: 3 steps. Two cores with a fast network need about 6 minutes; after the first step the estimate goes by this machine.",
      "Step 1 of 3: building small 1.0.0 ... (about 6 minutes left)",
      "Step 1 of 3: building small 1.0.0 ... 15 s (about 5 minutes left)",
      "Step 1 of 3: building small 1.0.0 ... 30 s (about 5 minutes left)",
      "Step 1 of 3: building small 1.0.0 ... 45 s (longer than estimated, then about 8 minutes more)",
      "Step 1 of 3: building small 1.0.0 ... 60 s (longer than estimated, then about 10 minutes more)",
      "Step 1 of 3: building small 1.0.0: done in 60 s",
      "Step 2 of 3: building middle 2.0.0 ... (about 10 minutes left)",
      "Step 2 of 3: building middle 2.0.0 ... 15 s (about 10 minutes left)",
      "Step 2 of 3: building middle 2.0.0 ... 30 s (about 10 minutes left)",
      "Step 2 of 3: building middle 2.0.0 ... 45 s (about 9 minutes left)",
      "Step 2 of 3: building middle 2.0.0 ... 60 s (about 9 minutes left)",
      "Step 2 of 3: building middle 2.0.0 ... 75 s (about 9 minutes left)",
      "Step 2 of 3: building middle 2.0.0 ... 90 s (about 9 minutes left)",
      "Step 2 of 3: building middle 2.0.0 ... 105 s (about 8 minutes left)",
      "Step 2 of 3: building middle 2.0.0 ... 120 s (about 8 minutes left)",
      "Step 2 of 3: building middle 2.0.0: done in 120 s",
      "Step 3 of 3: building large 3.0.0 ... (about 8 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 15 s (about 8 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 30 s (about 8 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 45 s (about 7 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 60 s (about 7 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 75 s (about 7 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 90 s (about 7 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 105 s (about 6 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 120 s (about 6 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 135 s (about 6 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 150 s (about 6 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 165 s (about 5 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 180 s (about 5 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 195 s (about 5 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 210 s (about 5 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 225 s (about 4 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 240 s (about 4 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 255 s (about 4 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 270 s (about 4 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 285 s (about 3 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 300 s (about 3 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 315 s (about 3 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 330 s (about 3 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 345 s (about 2 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 360 s (about 2 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 375 s (about 2 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 390 s (about 2 minutes left)",
      "Step 3 of 3: building large 3.0.0 ... 405 s (about a minute left)",
      "Step 3 of 3: building large 3.0.0 ... 420 s (about a minute left)",
      "Step 3 of 3: building large 3.0.0 ... 435 s (about a minute left)",
      "Step 3 of 3: building large 3.0.0 ... 450 s (less than a minute left)",
      "Step 3 of 3: building large 3.0.0 ... 465 s (less than a minute left)",
      "Step 3 of 3: building large 3.0.0 ... 480 s (less than a minute left)",
      "Step 3 of 3: building large 3.0.0: done in 480 s",
    ]
  `);
});

test("a step that takes longer than estimated says so and estimates only the others", async () => {
  expect((await build([30, 100, 290])).filter((line) => line.includes("longer"))).toMatchInlineSnapshot(`
    [
      "Step 2 of 3: building middle 2.0.0 ... 75 s (longer than estimated, then about 5 minutes more)",
      "Step 2 of 3: building middle 2.0.0 ... 90 s (longer than estimated, then about 5 minutes more)",
    ]
  `);
});

test("a failing step says when, and ends the build", async () => {
  const said: string[] = [];
  const progress = new Steps((line) => said.push(line), steps);
  const failing = progress.run(steps[0] ?? { name: "", usualSeconds: 0 }, async () => {
    await vi.advanceTimersByTimeAsync(20_000);
    throw new Error("no such module");
  });
  await expect(failing).rejects.toThrow("no such module");
  expect(said.at(-1)).toBe("Step 1 of 3: building small 1.0.0: failed after 20 s");
});
