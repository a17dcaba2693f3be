/** Every broken link that the tests try, by the link of the chain. */
import type { Break } from "./break.ts";
import { credentialBreaks } from "./credential.ts";
import { deviceBreaks } from "./device.ts";
import { insideBreaks } from "./inside.ts";
import { policyBreaks } from "./policy.ts";
import { repositoryBreaks } from "./repository.ts";
import { runBreaks } from "./runs.ts";
import { secretBreaks } from "./secrets.ts";
import { stateBreaks } from "./state.ts";
import { redirectBreaks, workflowBreaks } from "./workflow.ts";

export const breaks: readonly Break[] = [
  ...stateBreaks,
  ...policyBreaks,
  ...deviceBreaks,
  ...repositoryBreaks,
  ...credentialBreaks,
  ...secretBreaks,
  ...workflowBreaks,
  ...redirectBreaks,
  ...runBreaks,
  ...insideBreaks,
];
