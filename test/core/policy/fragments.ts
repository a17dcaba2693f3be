/** What most tests of the policy edit want in a file, and as whose. */
import type { Fragment, TagAccess } from "../../../core/policy/fragment.ts";

export const owner = "claude-aperture/prod";

export const access: TagAccess = {
  owners: [],
  destinations: ["tag:aperture"],
  ports: ["tcp:80"],
  models: ["anthropic/**"],
  test: "accept",
};

export const ci: Fragment = { "tag:ci": access };
export const ciWithoutTest: Fragment = { "tag:ci": { ...access, test: "none" } };
