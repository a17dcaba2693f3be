/** The steps of a history, chosen at random one after the other. */
import type { Fragment } from "../../../core/policy/fragment.ts";
import { another } from "../../writers/plans.ts";
import type { Random } from "../../writers/random.ts";
import { type PlannedFault, randomFault } from "./faults.ts";

/** What a stack's settings say. */
export interface Wish {
  access: Fragment;
  /** What a stack with repositories wants of them; absent for a stack of nothing but policy entries. */
  repositories?: RepositoryWish;
}

export interface RepositoryWish {
  /** `acme/app` and so on. */
  slugs: string[];
  identity: "federated" | "oauth";
}

export type Operation =
  | { kind: "up" | "destroy"; stack: string; fault?: PlannedFault }
  | { kind: "settings"; stack: string; wish: Wish }
  | { kind: "console" }
  | { kind: "github"; repository: string; what: GitHubEdit };

/** What somebody does by hand in a repository that is set up. */
export type GitHubEdit = "delete a secret" | "change a secret" | "edit the workflow" | "delete the workflow";

export interface StackKind {
  name: string;
  /** The repositories that it may set up; absent: policy entries only. */
  repositories?: string[];
}

export function nextOperation(random: Random, stacks: StackKind[], last: ReadonlyMap<string, Wish>): Operation {
  const stack = random.pick(stacks);
  const roll = random.below(100);
  const hasRepositories = stack.repositories !== undefined;
  if (roll < 28) return { kind: "settings", stack: stack.name, wish: randomWish(random, stack, last.get(stack.name)) };
  if (roll < 55) {
    if (stack.repositories && random.chance(0.4)) {
      const edits: GitHubEdit[] = ["delete a secret", "change a secret", "edit the workflow", "delete the workflow"];
      return { kind: "github", repository: random.pick(stack.repositories), what: random.pick(edits) };
    }
    return { kind: "console" };
  }
  const kind = roll < 91 ? "up" : "destroy";
  if (!random.chance(0.5)) return { kind, stack: stack.name };
  const fault = randomFault(random, hasRepositories ? ["tailscale", "github"] : ["tailscale"]);
  return { kind, stack: stack.name, fault };
}

export function randomWish(random: Random, { name, repositories }: StackKind, last: Wish | undefined): Wish {
  if (!repositories) return { access: another(random, name, true, last?.access) };
  const some = random.some(repositories);
  const models = random.pick([["anthropic/**"], ["anthropic/claude-haiku-4-5"], ["anthropic/**", "openai/gpt-5"]]);
  const tag = random.pick(["tag:claude", "tag:claude-2"] as const);
  return {
    access: { [tag]: { owners: [], destinations: ["tag:aperture"], ports: ["tcp:80"], models, test: "accept" } },
    repositories: {
      slugs: some.length > 0 ? some : repositories.slice(0, 1),
      identity: random.chance(0.7) ? "federated" : "oauth",
    },
  };
}
