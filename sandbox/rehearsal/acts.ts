/** All acts of the rehearsal, in order, and the repositories in which they happen. */
import type { WorldOptions } from "../world.ts";
import { centralRepository } from "../world.ts";
import type { Act } from "./act.ts";
import { actsByCommit, destroy } from "./by-commit.ts";
import { actsByPullRequest } from "./by-pull-request.ts";
import { actsOfCentral } from "./central.ts";
import { actsOfReviews } from "./reviews.ts";

/** The default branch of acme/shop takes no commits; that of acme/.github takes those of administrators. */
export const rehearsalRepositories: NonNullable<WorldOptions["repositories"]> = [
  "acme/app",
  "acme/api",
  "acme/web",
  { name: "acme/shop", protection: { requiredReviews: 1, enforceAdmins: true } },
  { ...centralRepository("acme"), protection: { requiredReviews: 1 } },
];

export const acts: Act[] = [...actsByCommit, ...actsOfReviews, destroy, ...actsByPullRequest, ...actsOfCentral];
