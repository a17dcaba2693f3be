/** What a stack's state says was set up, from what `pulumi stack export` prints. */
import { z } from "zod";
import type { FileDelivery } from "../delivery/file-delivery.ts";
import type { Fragment, Mode } from "../policy/fragment.ts";
import { nameCredentials, readKind, toResourceName } from "../resource-names.ts";
import { centralWorkflowType, policyFragmentType, stackClaimType, workflowFileType } from "../resource-types.ts";
import type { RepositorySettings, RepositorySlug } from "../settings/settings.ts";
import { type CentralFile, keyOfCall } from "../workflow/file.ts";
import { nameSecrets } from "../workflow/options.ts";
import type { PermissionSet } from "../workflow/permissions.ts";
import type { CentralSetup, CredentialSetup, FileSetup, RepositorySetup, SecretSetup, Setup } from "./facts.ts";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  /** RFC 3339: when its state was last changed, not only looked at. */
  modified: z.string().optional(),
  /** It stands there to be deleted, behind one that replaced it. */
  delete: z.boolean().optional(),
});

/** https://www.pulumi.com/docs/iac/cli/commands/pulumi_stack_export/ */
export const exportedStack = z.object({
  deployment: z.object({ resources: z.array(resource).nullish() }).nullish(),
});

type Resource = z.infer<typeof resource>;

const federatedType = "tailscale:index/federatedIdentity:FederatedIdentity";
const oauthType = "tailscale:index/oauthClient:OauthClient";
const secretType = "github:index/actionsSecret:ActionsSecret";

/** What of the export concerns these repositories. */
export function readSetup(exported: z.infer<typeof exportedStack>, repositories: readonly RepositorySettings[]): Setup {
  const resources = (exported.deployment?.resources ?? []).filter((one) => !one.delete);
  const claim = resources.find(({ type }) => type === stackClaimType)?.id;
  const entries = resources.find(({ type }) => type === policyFragmentType);
  const fragment = entries?.outputs;
  const own = repositories.map(({ slug, formerly, identity }): [string, RepositorySetup] => {
    const names = [slug, ...formerly].map(toResourceName);
    return [slug.toLowerCase(), readRepository(resources, slug, names, identity.kind)];
  });
  const credentials = resources.filter(({ type }) => type === federatedType || type === oauthType);
  return {
    ...(claim === undefined ? {} : { claim }),
    ...(fragment ? { fragment: toFragment(fragment) } : {}),
    ...changedAt(entries ? [entries] : []),
    repositories: new Map(own.filter(([, { file, secrets }]) => file !== undefined || secrets.length > 0)),
    central: readCentral(resources),
    clientIds: new Set(credentials.flatMap(({ id }) => id ?? [])),
  };
}

/** As our provider wrote it. */
function toFragment({ access, owner, mode }: Record<string, unknown>): NonNullable<Setup["fragment"]> {
  return { access: access as Fragment, owner: String(owner), mode: (mode ?? "write") as Mode };
}

function readRepository(
  resources: readonly Resource[],
  slug: RepositorySlug,
  names: readonly string[],
  kind: "federated" | "oauth",
): RepositorySetup {
  const isWorkflow = ({ type, urn }: Resource) =>
    type === workflowFileType && !urn.includes(`::${centralWorkflowType}$`);
  const named = (name: string) => resources.filter(({ urn }) => readKind(name, lastName(urn)) !== undefined);
  const name = names.find((one) => named(one).length > 0) ?? names[0] ?? "";
  const ours = named(name);
  const file = ours.find((one) => isWorkflow(one) && readKind(name, lastName(one.urn)) === "workflow");
  const delivered = file && toFile(file);
  const prefix = nameCredentials(name, kind, delivered?.central);
  // Of two kinds, or for two central files, the other one only serves a live file until it is replaced.
  const credential = ours
    .filter(({ type }) => type === (kind === "federated" ? federatedType : oauthType))
    .findLast(({ urn }) => lastName(urn).startsWith(`${prefix}-identity-${kind}`));
  const secretNames: string[] = Object.values(nameSecrets(kind, delivered?.central && keyOfCall(delivered.central)));
  const secrets = ours.filter(({ type }) => type === secretType).flatMap(toSecret);
  return {
    slug: delivered?.repository ?? slug,
    ...(delivered ? { file: delivered } : {}),
    ...(credential ? { credential: toCredential(credential) } : {}),
    secrets: secretNames.flatMap((wanted) => newest(secrets.filter((secret) => secret.name === wanted))),
    ...changedAt(ours),
  };
}

/** The last of their changes. */
function changedAt(resources: readonly Resource[]): { changedAt?: number } {
  const times = resources.flatMap(({ modified }) => Date.parse(modified ?? "") || []);
  return times.length === 0 ? {} : { changedAt: Math.max(...times) };
}

function readCentral(resources: readonly Resource[]): CentralSetup[] {
  const isChild = ({ urn }: Resource) => urn.includes(`::${centralWorkflowType}$`);
  const children = resources.filter(isChild);
  return children
    .filter(({ type }) => type === workflowFileType)
    .map((one) => {
      const name = lastName(one.urn).replace(/-workflow$/, "");
      const identity = children.find(({ urn }) => lastName(urn) === `${name}-identity-federated`);
      const { branch } = one.outputs ?? {};
      const file = { ...toFile(one), ...(typeof branch === "string" ? { branch } : {}) };
      return { file, ...(identity ? { credential: toCredential(identity) } : {}) };
    });
}

/** What was asked for is among a file's inputs alone, and what became of it among its outputs. */
function toFile({ inputs = {}, outputs = {} }: Resource): FileSetup {
  const { repository, repositoryId, path, blob, delivery, central, permissions } = inputs;
  const { pullRequest, status } = outputs;
  return {
    repository: String(repository) as RepositorySlug,
    repositoryId: String(repositoryId),
    path: String(path),
    blob: String(blob),
    delivery: delivery as FileDelivery,
    ...(central ? { central: central as CentralFile } : {}),
    ...(permissions ? { permissions: permissions as PermissionSet } : {}),
    ...(typeof pullRequest === "number" ? { pullRequest } : {}),
    ...(typeof status === "string" ? { status } : {}),
  };
}

function toCredential({ id = "", type, outputs = {} }: Resource): CredentialSetup {
  const { tags, subject, customClaimRules, issuer, audience } = outputs;
  return {
    clientId: id,
    kind: type === federatedType ? "federated" : "oauth",
    tags: Array.isArray(tags) ? tags.map(String) : [],
    ...(typeof subject === "string" ? { subject } : {}),
    ...(customClaimRules ? { rules: customClaimRules as Record<string, string> } : {}),
    ...(typeof issuer === "string" ? { issuer } : {}),
    ...(typeof audience === "string" ? { audience } : {}),
  };
}

/** Of one that was restored after an edit there are two. */
function newest(secrets: readonly SecretSetup[]): SecretSetup[] {
  return secrets.toSorted((one, other) => (other.writtenAt ?? 0) - (one.writtenAt ?? 0)).slice(0, 1);
}

function toSecret({ outputs = {} }: Resource): SecretSetup[] {
  const { secretName, updatedAt } = outputs;
  if (typeof secretName !== "string") return [];
  const writtenAt = typeof updatedAt === "string" ? readProviderTime(updatedAt) : undefined;
  return [{ name: secretName, ...(writtenAt ? { writtenAt } : {}) }];
}

/** The provider writes times as Go prints them: `2026-11-24 17:04:53 +0000 UTC`. */
function readProviderTime(text: string): number | undefined {
  return Date.parse(text.replace(/ \+0000 UTC$/, "Z").replace(" ", "T")) || undefined;
}

/** The name of a resource, which ends its URN. */
const lastName = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);
