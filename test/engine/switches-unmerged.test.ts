import { it } from "vitest";
import { walk } from "./deliveries/tour.ts";
import { ways } from "./deliveries/ways.ts";

it("ways and identities follow each other, and nobody merges before the end", async () => {
  // To the other identity or delivery, then far off, and so on: all 110 pairs are in `npm run soak:switches`.
  await walk(ways, { steps: [1, 4, 7], merges: false });
});
