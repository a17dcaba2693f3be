/** Each command of the hand, from its words to what it changes in one running sandbox. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { commands } from "../../../sandbox/hand/table.ts";
import { type Stage, startStage } from "./stage.ts";
import { tries } from "./tries.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

it.each(tries.map((each) => [each.name, each] as const))("%s does what it says", async (name, each) => {
  each.given?.(stage);
  const args = typeof each.args === "function" ? each.args(stage) : each.args;
  const outcome = await stage.doByHand([...name.split(" "), ...args], each.input);
  const says = typeof each.says === "function" ? each.says(stage) : each.says;
  expect(outcome).toEqual({ code: 0, stdout: `${says}\n`, stderr: "" });
  const [found, wanted] = each.finds(stage);
  expect(found).toEqual(wanted);
});

it("nodes of a real tailnet hear of what happened", async () => {
  let heard = 0;
  const { observers, devices } = stage.world.tailscale.state;
  observers.add(() => heard++);
  const { code } = await stage.doByHand(["console", "device", "untag", devices[0]?.name ?? ""]);
  expect([code, heard]).toEqual([0, 1]);
});

it("tries every command of the table, and no other", () => {
  expect(new Set(tries.map(({ name }) => name))).toEqual(new Set(commands.map(({ name }) => name)));
});
