/**
 * What a live workflow file uses stays until the file that replaces it is live. A commit replaces it in the run itself; a pull
 * request does when somebody merges it, and what the program only puts out does when somebody commits it. Until then the secrets,
 * the identity and the central workflow of the live file go on as they are, although the program has others for the next one.
 */
import * as pulumi from "@pulumi/pulumi";
import { deliverRepositoryFile } from "../core/delivery/file-delivery.ts";
import { nameCredentials, readKind, toResourceName } from "../core/resource-names.ts";
import { centralWorkflowType } from "../core/resource-types.ts";
import { scopeOf } from "../core/settings/delivery-rules.ts";
import type { RepositorySettings } from "../core/settings/settings.ts";
import type { CentralFile } from "../core/workflow/file.ts";
import { nameSecrets } from "../core/workflow/options.ts";
import { readCall } from "../core/workflow/permissions.ts";
import { type CentralWorkflows, nameCentralWorkflow } from "./central-workflows.ts";
import { declareAsTheyAre, type KeptResource } from "./kept-resources.ts";
import type { Stack } from "./stack.ts";
import { readLastName, readStackResources, type StackResources } from "./state.ts";
import type { WorkflowFileState } from "./workflow-files.ts";

/** What a live file uses that the wanted one does not. */
export interface LiveUse {
  /** Names of repository secrets. */
  secrets: string[];
  /** The name of a central file's component. */
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
  const call = findForeignCall(live.text, central);
  return secrets.length > 0 || call !== undefined ? { secrets, ...(call === undefined ? {} : { call }) } : undefined;
}

/**
 * The central file that a live text calls, where the program has no resource for it. By the name of its component: the text is
 * anybody's, and spells a repository in any case.
 */
function findForeignCall(text: string, central: CentralWorkflows): string | undefined {
  const call = readCall(text)?.uses;
  const name = call === undefined ? undefined : nameCentralWorkflow(parseCall(call));
  return central.some((one) => one.name === name) ? undefined : name;
}

/** The secrets of ours that a workflow's text reads. */
export function listSecrets(text: string): string[] {
  return [...new Set([...text.matchAll(/\bsecrets\.(TS_[A-Z0-9_]+)/g)].map(([, name = ""]) => name))];
}

/**
 * Whether the client ID is to stay as it is. An OAuth client's is read by nobody, and a live federated file needs the one of its own
 * identity under the same name.
 */
export function holdsClientId({ identity, delivery }: RepositorySettings, use: LiveUse | undefined): boolean {
  const { audienceOrSecret } = nameSecrets("federated");
  return identity.kind === "oauth" && delivery.kind !== "central" && use?.secrets.includes(audienceOrSecret) === true;
}

/** A repository that was set up, and what its live file uses that the program does not declare. */
export interface LiveUser {
  repository: RepositorySettings;
  use: LiveUse | undefined;
  file: Pick<WorkflowFileState, "wanted">;
}

/**
 * Declares it, and the central files that are called by repositories which wait for another one. Reads the state once, and only when
 * there is something.
 */
export async function keepWhatLiveFilesUse(
  users: readonly LiveUser[],
  { waiting, central }: Pick<Stack, "waiting" | "central">,
): Promise<void> {
  const uses = users.flatMap(({ use }) => use ?? []);
  const calls = new Set([
    ...uses.flatMap(({ call }) => call ?? []),
    ...waiting.flatMap(({ file: { live } }) => (live && findForeignCall(live.text, central)) ?? []),
  ]);
  if (uses.length === 0 && calls.size === 0) return;
  const state = await readStackResources();
  for (const { repository, use, file } of users) {
    const declared = nameDeclaredCredential(toResourceName(repository.slug), repository, file.wanted.text);
    if (use) declareAsTheyAre(findUsed(state, repository, use, declared), { mayGo: false });
  }
  for (const name of calls) keepCentral(state, name);
}

/** Secrets by their names, and the credentials that the program has no resource for any more. */
export function findUsed(
  state: StackResources,
  { slug }: Pick<RepositorySettings, "slug">,
  { secrets }: LiveUse,
  declared: string | undefined,
): KeptResource[] {
  const name = toResourceName(slug);
  return Object.entries(state).flatMap(([urn, { type, outputs }]) => {
    const child = readLastName(urn);
    const kind = readKind(name, child);
    if (!outputs || kind === undefined) return [];
    const isSecret = kind.startsWith("secret-") && secrets.includes(String(outputs.secretName));
    const isCredential = /^identity-(federated$|oauth(-|$))/.test(kind) && child !== declared;
    return isSecret || isCredential ? [{ type, child, outputs }] : [];
  });
}

/** The name of the credential that the program declares for a file with this text; see runner-identity.ts. */
export function nameDeclaredCredential(
  name: string,
  { identity }: Pick<RepositorySettings, "identity">,
  text: string,
): string | undefined {
  if (scopeOf(identity) === "organization") return undefined;
  const call = readCall(text);
  const prefix = nameCredentials(name, identity.kind, call && parseCall(call.uses));
  if (identity.kind === "federated") return `${prefix}-identity-federated`;
  return identity.rotation === undefined ? `${prefix}-identity-oauth` : `${prefix}-identity-oauth-${identity.rotation}`;
}

function keepCentral(state: StackResources, name: string): void {
  const own = Object.entries(state).flatMap(([urn, { type, outputs }]) => {
    const child = readLastName(urn);
    const isChild =
      urn.includes(`::${centralWorkflowType}$`) &&
      new Set([`${name}-workflow`, `${name}-identity-federated`]).has(child);
    return isChild && outputs ? [{ type, child, outputs }] : [];
  });
  if (own.length > 0)
    declareAsTheyAre(own, { parent: new pulumi.ComponentResource(centralWorkflowType, name), mayGo: false });
}

/** From `uses:` of a caller. */
function parseCall(call: string): CentralFile {
  const [, repository = "", path = "", branch = ""] = /^([^/]+\/[^/]+)\/(.+)@(.+)$/.exec(call) ?? [];
  return { repository, path, branch };
}
