import type { World } from "../../../sandbox/world.ts";
import { recordMoments, takeMoment } from "./moment.ts";
import { createJudge } from "./runs.ts";

export interface Watch {
  /**
   * What was wrong with the workflow of a watched repository at any moment since the last call, now included; empty: nothing.
   * `only`: with the runs of these events.
   */
  findOutages(only?: readonly string[]): Promise<string[]>;
}

/** Watches the workflows of repositories from now on. */
export function watchWorkflows(world: World, repositories: readonly string[]): Watch {
  const moments = recordMoments(world);
  const judge = createJudge(world);
  return {
    async findOutages(only) {
      moments.push(takeMoment(world, "the last write"));
      const found = await Promise.all(
        moments.splice(0).flatMap((moment) =>
          repositories.map(async (slug) => {
            const wrong = await judge(moment, slug, only);
            return wrong.map((text) => `${slug}, after ${moment.after}: ${text}`);
          }),
        ),
      );
      return [...new Set(found.flat())];
    },
  };
}
