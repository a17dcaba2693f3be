import { expect, it, vi } from "vitest";
import { Batch } from "../../../services/github/batch.ts";

/** What was sent, and a batch that answers each number with its double. */
function trial(send?: (numbers: number[]) => Promise<number[]>) {
  const sent: number[][] = [];
  const batch = new Batch<number, number>({ size: 3, patience: 5 }, (numbers) => {
    sent.push(numbers);
    return send ? send(numbers) : Promise.resolve(numbers.map((number) => 2 * number));
  });
  return { sent, batch };
}

it("sends what comes within a moment together, and gives each its own answer", async () => {
  const { sent, batch } = trial();
  expect(await Promise.all([batch.add(1), batch.add(2)])).toEqual([2, 4]);
  expect(sent).toEqual([[1, 2]]);
});

it("sends at once what is as many as fit, and begins anew", async () => {
  const { sent, batch } = trial();
  expect(await Promise.all([1, 2, 3, 4].map((number) => batch.add(number)))).toEqual([2, 4, 6, 8]);
  expect(sent).toEqual([[1, 2, 3], [4]]);
  expect(await batch.add(5)).toBe(10);
  expect(sent).toEqual([[1, 2, 3], [4], [5]]);
});

it("gives an error to all that were sent together, and to no other", async () => {
  const { batch } = trial(async (numbers) => {
    if (numbers.includes(2)) throw new Error("broken");
    return numbers;
  });
  const results = await Promise.allSettled([1, 2, 3, 4].map((number) => batch.add(number)));
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "fulfilled"]);
});

it("waits longer where one comes slowly after the other", async () => {
  vi.useFakeTimers();
  try {
    const { sent, batch } = trial();
    for (const number of [1, 2, 3, 4]) {
      batch.add(number);
      await vi.advanceTimersByTimeAsync(8);
    }
    await vi.advanceTimersByTimeAsync(100);
    // The first has gone before anybody knows how slowly they come.
    expect(sent).toEqual([[1], [2, 3, 4]]);
  } finally {
    vi.useRealTimers();
  }
});
