/** Everything that docs/troubleshooting.md knows, in its order. */
import { aperture } from "./aperture.ts";
import { centralWorkflows } from "./central.ts";
import { claim } from "./claim.ts";
import { claude } from "./claude.ts";
import type { Section } from "./entry.ts";
import { noRun } from "./no-run.ts";
import { policyFile } from "./policy-file.ts";
import { pullRequests } from "./pull-request.ts";
import { repositories } from "./repositories.ts";
import { sandbox } from "./sandbox.ts";
import { start } from "./start.ts";
import { tailnet } from "./tailnet.ts";
import { tailscaleCredentials } from "./tailscale-credentials.ts";
import { workflowFiles } from "./workflow-file.ts";

export const catalogue: readonly Section[] = [
  start,
  repositories,
  workflowFiles,
  pullRequests,
  centralWorkflows,
  tailscaleCredentials,
  policyFile,
  claim,
  noRun,
  tailnet,
  aperture,
  claude,
  sandbox,
];
