/** `npm run soak:long`: each way to deliver, with each kind of identity, follows each other one. */
import { expect, it } from "vitest";
import { walk } from "../engine/deliveries/tour.ts";
import { ways } from "../engine/deliveries/ways.ts";

const steps = Array.from({ length: ways.length - 1 }, (_, index) => index + 1);

it.each([
  ["people merge in between", true],
  ["nobody merges before the end", false],
])("%s", async (_, merges) => {
  expect(ways).toHaveLength(11);
  await walk(ways, { steps, merges });
});
