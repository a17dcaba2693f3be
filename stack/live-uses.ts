/**
 * What a live workflow file uses stays until the file that replaces it is live. A commit replaces it in the run itself; a pull
 * request does when somebody merges it, and what the program only puts out does when somebody commits it. Until then the secrets,
 * the identity and the central workflow of the live file go on as they are, although the program has others for the next one.
 */
import * as pulumi from "@pulumi/pulumi";
import type { ClaudeRepository } from "../components/claude-repository.ts";
import { toResourceName } from "../components/names.ts";
import { deliverRepositoryFile } from "../core/delivery/file-delivery.ts";
import { centralWorkflowType } from "../core/resource-types.ts";
import { scopeOf } from "../core/settings/delivery-rules.ts";
import type { RepositorySettings } from "../core/settings/settings.ts";
import { nameCall } from "../core/workflow/file.ts";
import { nameSecrets, type SecretNames } from "../core/workflow/options.ts";
import { readCall } from "../core/workflow/permissions.ts";
import { type CentralWorkflows, nameCentralWorkflow } from "./central-workflows.ts";
import { declareAsTheyAre, type KeptResource } from "./kept-resources.ts";
import { readLastName, readStackResources, type StackResources } from "./state.ts";
import type { WorkflowFileState } from "./workflow-files.ts";

/** What a live file uses that the wanted one does not. */
export interface LiveUse {
  /** Names of repository secrets. */
  secrets: string[];
  /** `owner/repository/path@branch` of a central file. */
  call?: string;
}

/** Undefined where the run itself replaces the file, or where both use the same. */
export function findLiveUse(
  settings: RepositorySettings,
  file: Pick<WorkflowFileState, "wanted" | "live">,
  central: CentralWorkflows,
): LiveUse | undefined {
  const { live, wanted } = file;
  if (!live || live.blob === wanted.blob || deliverRepositoryFile(settings.delivery).kind === "commit")
    return undefined;
  const secrets = listSecrets(live.text).filter((name) => !listSecrets(wanted.text).includes(name));
  const call = readCall(live.text)?.uses;
  const isForeign = call !== undefined && !central.some((one) => nameCall(one.file) === call);
  return secrets.length > 0 || isForeign ? { secrets, ...(isForeign ? { call } : {}) } : undefined;
}

/** The secrets of ours that a workflow's text reads. */
function listSecrets(text: string): string[] {
  const ours = (["standalone", "caller"] as const).flatMap((role) =>
    (["federated", "oauth"] as const).flatMap((identity) => Object.values(nameSecrets(identity, role))),
  );
  return [...new Set(ours)].filter((name) => text.includes(`secrets.${name} `) || text.includes(`secrets.${name}}`));
}

/**
 * Whether the client ID is to stay as it is. An OAuth client's is read by nobody, and a live federated file needs the one of its own
 * identity under the same name.
 */
export function holdsClientId({ identity, delivery }: RepositorySettings, use: LiveUse | undefined): boolean {
  const { audienceOrSecret } = nameDeclaredSecrets({ identity: { kind: "federated" }, delivery });
  return identity.kind === "oauth" && use?.secrets.includes(audienceOrSecret) === true;
}

/** A repository that was set up, and what its live file uses that the program does not declare. */
export interface LiveUser {
  repository: RepositorySettings;
  use: LiveUse | undefined;
  component: ClaudeRepository;
}

/** Declares it. Reads the state once, and only when there is something. */
export async function keepWhatLiveFilesUse(users: LiveUser[]): Promise<void> {
  const uses = users.flatMap(({ use }) => use ?? []);
  if (uses.length === 0) return;
  const state = await readStackResources();
  for (const { repository, use, component } of users) {
    if (use) declareAsTheyAre(component, findUsed(state, repository, use), false);
  }
  const calls = new Set(uses.flatMap(({ call }) => call ?? []));
  for (const call of calls) keepCentral(state, call);
}

/** Secrets by their names, and the credentials that the program has no resource for any more. */
export function findUsed(state: StackResources, settings: RepositorySettings, { secrets }: LiveUse): KeptResource[] {
  const name = toResourceName(settings.slug);
  const own = nameDeclaredSecrets(settings);
  const declared = nameDeclaredCredential(name, settings);
  return Object.entries(state).flatMap(([urn, { type, outputs }]) => {
    const child = readLastName(urn);
    if (!outputs || !child.startsWith(`${name}-`)) return [];
    const kind = child.slice(name.length + 1);
    const isSecret = /^(central-)?secret-/.test(kind) && secrets.includes(String(outputs.secretName));
    const isShared = outputs.secretName === own.clientId || outputs.secretName === own.audienceOrSecret;
    const isCredential = /^(central-)?identity-(federated$|oauth(-|$))/.test(kind) && child !== declared;
    return (isSecret && !isShared) || isCredential ? [{ type, child, outputs }] : [];
  });
}

/** The repository secrets that the component has itself; not in the scope `organization`, which has none. */
export function nameDeclaredSecrets({
  identity,
  delivery,
}: Pick<RepositorySettings, "identity" | "delivery">): SecretNames {
  return nameSecrets(identity.kind, delivery.kind === "central" ? "caller" : "standalone");
}

/** The name of the credential that the component has itself; see runner-identity.ts. */
export function nameDeclaredCredential(
  name: string,
  { identity, delivery }: Pick<RepositorySettings, "identity" | "delivery">,
): string | undefined {
  if (scopeOf(identity) === "organization") return undefined;
  const prefix = delivery.kind === "central" ? `${name}-central` : name;
  if (identity.kind === "federated") return `${prefix}-identity-federated`;
  return identity.rotation === undefined ? `${prefix}-identity-oauth` : `${prefix}-identity-oauth-${identity.rotation}`;
}

function keepCentral(state: StackResources, call: string): void {
  const [, repository = "", path = "", branch = ""] = /^([^/]+\/[^/]+)\/(.+)@(.+)$/.exec(call) ?? [];
  const name = nameCentralWorkflow({ repository, path, branch });
  const own = Object.entries(state).flatMap(([urn, { type, outputs }]) => {
    const child = readLastName(urn);
    const isChild =
      urn.includes(`::${centralWorkflowType}$`) &&
      new Set([`${name}-workflow`, `${name}-identity-federated`]).has(child);
    return isChild && outputs ? [{ type, child, outputs }] : [];
  });
  if (own.length > 0) declareAsTheyAre(new pulumi.ComponentResource(centralWorkflowType, name), own, false);
}
