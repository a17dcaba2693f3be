/** Every way to deliver, to every other one, in one `up`, and at no moment a repository without a workflow that works. */
import { expect, it } from "vitest";
import { startTour } from "./deliveries/tour.ts";
import { findLeftovers, ways } from "./deliveries/ways.ts";
import { succeed } from "./support.ts";

it("each way follows each other one, and people merge in between", async () => {
  const { world, project, watch, wayOf, advance, act } = await startTour(ways);
  await succeed(project, "up");
  expect(findLeftovers(world, wayOf())).toEqual([]);
  for (let steps = 1; steps < ways.length; steps++) {
    await advance(steps);
    expect.soft(await watch.findOutages(), `switch by ${steps}`).toEqual([]);
    act();
    await succeed(project, "up");
    expect.soft(await watch.findOutages(), `after ${steps}`).toEqual([]);
    expect.soft(findLeftovers(world, wayOf()), `after ${steps}`).toEqual([]);
  }
  await succeed(project, "preview", "--expect-no-changes");
});

it("each way follows each other one, and nobody merges before the end", async () => {
  const { world, project, watch, wayOf, advance, act } = await startTour(ways);
  for (let steps = 1; steps < ways.length; steps++) {
    await advance(steps);
    expect.soft(await watch.findOutages(), `switch by ${steps}`).toEqual([]);
  }
  act();
  await succeed(project, "up");
  expect.soft(await watch.findOutages()).toEqual([]);
  expect.soft(findLeftovers(world, wayOf())).toEqual([]);
  await succeed(project, "preview", "--expect-no-changes");
});
