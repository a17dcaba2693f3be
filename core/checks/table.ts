/** Every check of `npm run verify`, in the order in which it is made. The code, docs/troubleshooting.md and the tests come from it. */
import type { Row } from "./judge.ts";
import { centralRows } from "./rows/central.ts";
import { credentialRows } from "./rows/credential.ts";
import { deviceRows } from "./rows/device.ts";
import { insideRows } from "./rows/inside.ts";
import { policyRows } from "./rows/policy.ts";
import { reachRows } from "./rows/reach.ts";
import { redirectRows } from "./rows/redirects.ts";
import { repositoryRows } from "./rows/repository.ts";
import { runRows } from "./rows/runs.ts";
import { secretRows } from "./rows/secrets.ts";
import { stateRows } from "./rows/state.ts";
import { workflowRows } from "./rows/workflow.ts";

export const table: readonly Row[] = [
  ...stateRows,
  ...policyRows,
  ...reachRows,
  ...deviceRows,
  ...repositoryRows,
  ...credentialRows,
  ...secretRows,
  ...centralRows,
  ...workflowRows,
  ...redirectRows,
  ...runRows,
  ...insideRows,
];
