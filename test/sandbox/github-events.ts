/** A scene for the tests of events: a stand-in that writes down what it would send webhooks for. */
import type { GitHubOptions, RepositoryEvent, RepositoryOptions } from "../../sandbox/github/index.ts";
import { scene } from "./github-pulls.ts";

export async function eventScene(options: Omit<RepositoryOptions, "name"> = {}, more: Partial<GitHubOptions> = {}) {
  const world = await scene(options, more);
  const events: RepositoryEvent[] = [];
  world.client.state.onEvent = (event) => events.push(event);
  /** `name.action`, in their order, and forgets them. */
  const heard = () => events.splice(0).map(({ name, action }) => (action ? `${name}.${action}` : name));
  return { ...world, events, heard };
}

export type EventScene = Awaited<ReturnType<typeof eventScene>>;
