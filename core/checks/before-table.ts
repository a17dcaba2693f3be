/** Every check of `npm run verify -- --before`, in the order in which it is made. */
import type { BeforeFacts, RepositoryBefore } from "./before-facts.ts";
import type { Row } from "./judge.ts";
import { beforeCentralChecks } from "./rows/before-central.ts";
import { beforeDeviceChecks } from "./rows/before-device.ts";
import { beforeGitHubChecks } from "./rows/before-github.ts";
import { beforeMachineChecks } from "./rows/before-machine.ts";
import { beforePolicyChecks } from "./rows/before-policy.ts";
import { beforeRepositoryChecks } from "./rows/before-repository.ts";
import { beforeTailscaleChecks } from "./rows/before-tailscale.ts";

export const beforeTable: readonly Row<BeforeFacts, RepositoryBefore>[] = [
  ...beforeMachineChecks,
  ...beforeTailscaleChecks,
  ...beforeGitHubChecks,
  ...beforeDeviceChecks,
  ...beforePolicyChecks,
  ...beforeRepositoryChecks,
  ...beforeCentralChecks,
];
