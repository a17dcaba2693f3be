/** What a broken link is in these tests: a row that says who breaks what, which check names it, and what mends it. */

import type { Repository, RepositoryOptions } from "../../../../sandbox/github/index.ts";
import { readCommand } from "../../../../sandbox/hand/read.ts";
import type { Project } from "../../../../sandbox/project.ts";
import type { World } from "../../../../sandbox/world.ts";

/** Where it happens: a repository of the break's own, with a tag of its own. */
export interface Site {
  world: World;
  project: Project;
  slug: `${string}/${string}`;
  repository: Repository;
  tag: string;
}

export interface Break {
  /** What somebody does, or what happens. */
  title: string;
  /** Rows of the table of troubles in Tailscale's how-to that it is a cause of, counted from 1. */
  howTo?: readonly number[];
  /** The check that names it, and no other does. */
  check: string;
  /** It is named for the stack, or in each repository; the break has no repository of its own. */
  isForAll?: true;
  /** What its reason says, with the names in it. */
  says: string | RegExp;
  /** Others that it cannot but break as well. */
  along?: readonly string[];
  /** Settings of the repository besides name and tag. */
  settings?: Readonly<Record<string, unknown>>;
  /** What the repository is besides its name. */
  repository?: Readonly<Omit<RepositoryOptions, "name">>;
  /** The repository comes into the settings when it is broken, and not before. */
  isLate?: true;
  /** After the first `up`: what else has to be so for all to work. */
  prepare?(site: Site): unknown;
  /** Where verify finds Aperture as long as it is broken. */
  aperture?(site: Site): string;
  break(site: Site): unknown;
  /**
   * What mends it: the printed command, which is run, without its `--stack`; or what is done by hand, as the printed advice says.
   * `pulumi up` is run once for all, after what is done by hand.
   */
  mend: `pulumi ${string}` | { advice: string | RegExp; by(site: Site): unknown };
}

/** `npm run sandbox -- do ARGUMENTS`. */
export function byHand({ world }: Pick<Site, "world">, ...args: string[]): unknown {
  const { command, values } = readCommand(args);
  return command.perform(world, values);
}
