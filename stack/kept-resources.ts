/** Resources that go on as the state has them: the program declares them, and all changes are ignored. */
import type * as pulumi from "@pulumi/pulumi";
import {
  ActionsSecret,
  FederatedIdentity,
  type FederatedIdentityArgs,
  OauthClient,
  type OauthClientArgs,
} from "../components/providers.ts";
import { WorkflowFile, type WorkflowFileArgs } from "../components/workflow-file.ts";
import { workflowFileType } from "../core/resource-types.ts";

/** A resource as the state has it. */
export interface KeptResource {
  type: string;
  /** Its own name. */
  child: string;
  outputs: Record<string, unknown>;
}

/** Declares them as they are. With `mayGo`, a run that leaves them out forgets them, and deletes nothing. */
export function declareAsTheyAre(
  resources: KeptResource[],
  { parent, mayGo }: { parent?: pulumi.Resource; mayGo: boolean },
): void {
  const options = { ...(parent ? { parent } : {}), ignoreChanges: ["*"], retainOnDelete: mayGo };
  for (const { type, child, outputs } of resources) {
    // The arguments only have to be of the right form: all changes are ignored.
    switch (type) {
      case "github:index/actionsSecret:ActionsSecret":
        new ActionsSecret(child, { repository: "-", secretName: "A", value: "" }, options);
        break;
      case workflowFileType:
        new WorkflowFile(child, placeholder, options);
        break;
      case "tailscale:index/federatedIdentity:FederatedIdentity":
        new FederatedIdentity(child, outputs as unknown as FederatedIdentityArgs, options);
        break;
      case "tailscale:index/oauthClient:OauthClient":
        new OauthClient(child, outputs as unknown as OauthClientArgs, {
          ...options,
          additionalSecretOutputs: ["key"],
        });
        break;
    }
  }
}

const placeholder: WorkflowFileArgs = {
  role: "standalone",
  repository: "-/-",
  repositoryId: "-",
  path: "-",
  owner: "-",
  presets: [],
  identity: "federated",
  tag: "tag:none",
  hostname: "-",
  runsOn: [],
  timeoutMinutes: 0,
  delivery: { kind: "output" },
};
