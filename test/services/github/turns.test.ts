import { expect, it } from "vitest";
import { Turns } from "../../../services/github/turns.ts";

it("acts in the order of asking, one at a time for each key, also after one that failed", async () => {
  const turns = new Turns();
  const log: string[] = [];
  const act =
    (name: string, fails = false) =>
    async () => {
      log.push(`${name} begins`);
      await new Promise(setImmediate);
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const all = await Promise.allSettled([
    turns.take("a", act("a1", true)),
    turns.take("a", act("a2")),
    turns.take("b", act("b1")),
  ]);
  expect(all.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(log.filter((line) => line.startsWith("a"))).toEqual(["a1 begins", "a1 ends", "a2 begins", "a2 ends"]);
  // Nobody waits for another key.
  expect(log.indexOf("b1 begins")).toBeLessThan(log.indexOf("a1 ends"));
});
