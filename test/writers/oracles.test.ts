/** The checks of contests and histories find what they are for: here the stacks edit the file without any plugin. */
import { describe, expect, it } from "vitest";
import { insert, remove } from "../../core/policy/edit.ts";
import type { Fragment } from "../../core/policy/fragment.ts";
import { judgePolicy } from "../../sandbox/tailscale/policy/judge.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { type HistoryStack, runHistory } from "../engine/history/history.ts";
import { separate } from "./separate.ts";
import { Watch } from "./watch.ts";

const access = { owners: [], destinations: ["tag:aperture"], ports: ["tcp:80"], models: ["openai/**"], test: "accept" };
const ci = { "tag:ci": access } as Fragment;

async function inWorld<T>(use: (world: World) => Promise<T>): Promise<T> {
  const world = await startWorld();
  try {
    return await use(world);
  } finally {
    await world.close();
  }
}

/** Edits the text itself; `spoil` changes what comes of it. */
function textStack(world: World, name: string, spoil = (text: string) => text): HistoryStack {
  const { state } = world.tailscale;
  const owner = `claude-aperture/${name}`;
  let applied: Fragment = {};
  return {
    name,
    owner,
    async run(wish) {
      try {
        const edited = wish ? insert(state.policy, wish.access, owner, applied) : remove(state.policy, applied, owner);
        const text = edited === state.policy ? edited : spoil(edited);
        const verdict = judgePolicy(text, state);
        if (text !== state.policy && verdict.kind === "invalid") return verdict.message;
        state.policy = text;
        applied = wish?.access ?? {};
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
  };
}

describe("a history", () => {
  it("of stacks that do as they must goes on to the end", () =>
    inWorld(async (world) => {
      const stacks = ["h1", "h2"].map((name) => textStack(world, name));
      const result = await runHistory(world, stacks, { seed: 5, operations: 400 });
      expect(result.succeeded).toBeGreaterThan(50);
      expect(result.failed).toBeGreaterThan(5);
    }));

  it("says with which seed and at which step a comment was lost", () =>
    inWorld(async (world) => {
      const stacks = [textStack(world, "h1", (text) => text.replace(" // ticket NET-112", ""))];
      await expect(runHistory(world, stacks, { seed: 5, operations: 400 })).rejects.toThrow(
        /^Seed 5, step \d+ of 400: what is not ours is now:[\s\S]*HISTORY_SEED=5[\s\S]*"kind":"up"/,
      );
    }));

  it("finds an entry of another stack that is gone", () =>
    inWorld(async (world) => {
      const withoutOthers = (text: string) => {
        const { entries, foreign } = separate(text);
        const own = entries.every(({ owners }) => owners.includes("claude-aperture/h1"));
        return own ? text : foreign;
      };
      const stacks = [textStack(world, "h1", withoutOthers), textStack(world, "h2")];
      await expect(runHistory(world, stacks, { seed: 5, operations: 400 })).rejects.toThrow(
        "the marked entries are now",
      );
    }));
});

describe("a watch over every version", () => {
  const owner = "claude-aperture/s1";
  const grantTwice = (text: string) => text.replace(/\t\t\/\/ claude[^\n]*\n\t\t\{\n[\s\S]*?\n\t\t\},\n/, "$&$&");

  it.each([
    ["nothing", (text: string) => text, []],
    ["a lost mark", (text: string) => text.replace(/\t\t\/\/ claude-aperture.*\n/, ""), [/what is not ours/, /s1 has/]],
    ["a lost comment", (text: string) => text.replace("// People", "//"), [/what is not ours/]],
    ["an entry that is twice there", grantTwice, [/s1 has/, /twice in the file/]],
    ["a mark of nobody", (text: string) => text.replace(`${owner}:`, `${owner}, x/y:`), [/a mark of nobody/]],
    ["half of a write", (text: string) => text.replace(/\t\t\/\/ [^\n]*\n\t\t\{"src": "tag:ci".*\n/, ""), [/s1 has/]],
  ])("reports %s", (_, spoil, expected) =>
    inWorld(async ({ tailscale: { state } }) => {
      const watch = new Watch(state, [owner]);
      await watch.stack(owner, ci, async () => {
        state.policy = spoil(insert(state.policy, ci, owner));
      });
      if (expected.length === 0) expect(watch.violations).toEqual([]);
      for (const pattern of expected) expect(watch.violations.join("\n")).toMatch(pattern);
    }),
  );
});
