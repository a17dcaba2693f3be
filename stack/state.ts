/** What the state of the running stack has, by the engine's own account, as it was before this run. */
import * as pulumi from "@pulumi/pulumi";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { z } from "zod";
import { toResourceName } from "../core/resource-names.ts";
import { workflowFileType } from "../core/resource-types.ts";
import { scopeOf } from "../core/settings/delivery-rules.ts";
import type { RepositorySettings } from "../core/settings/settings.ts";

/** A repository of which something is in the state. */
export interface StandingRepository {
  /** Of the two. */
  secrets: number;
  hasWorkflow: boolean;
  /** When its secrets were first written, GitHub's time, in milliseconds since 1970; absent before that. */
  createdAt?: number;
}

/** By what the names of the repository's resources begin with. */
export type StandingRepositories = Map<string, StandingRepository>;

const resources = z.record(
  z.string(),
  z.object({ type: z.string(), outputs: z.record(z.string(), z.unknown()).nullish() }),
);

/** By URN. Secrets are in clear. */
export type StackResources = z.infer<typeof resources>;

export const actionsSecretType = "github:index/actionsSecret:ActionsSecret";

/** The outputs of the last run that had some, secrets in clear; empty for a new stack. */
export async function readStackOutputs(): Promise<Record<string, unknown>> {
  const outputs = await askEngine("pulumi:pulumi:readStackOutputs", { name: stackName() });
  return z.record(z.string(), z.unknown()).parse(outputs);
}

/** @throws when the engine does not answer, or answers with the resources of another stack. */
export async function readStackResources(): Promise<StackResources> {
  const found = await askEngine("pulumi:pulumi:readStackResourceOutputs", { stackName: stackName() });
  return requireOwnStack(resources.parse(found), `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::`);
}

/** The resources. @throws when a URN does not begin with `prefix`. */
export function requireOwnStack(found: StackResources, prefix: string): StackResources {
  const foreign = Object.keys(found).find((urn) => !urn.startsWith(prefix));
  if (foreign !== undefined) throw new Error(`another stack's resource: ${foreign}`);
  return found;
}

/** Without its organisation it would be looked up in the default organisation of whoever runs this. */
const stackName = () => [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/");

export async function readStandingRepositories(): Promise<StandingRepositories> {
  return listStandingRepositories(await readStackResources());
}

export function listStandingRepositories(resources: StackResources): StandingRepositories {
  const standing: StandingRepositories = new Map();
  for (const [urn, { type, outputs }] of Object.entries(resources)) {
    const [, name = "", kind = ""] = ownName.exec(readLastName(urn)) ?? [];
    if (name === "") continue;
    const repository = standing.get(name) ?? { secrets: 0, hasWorkflow: false };
    standing.set(name, repository);
    if (kind === "workflow") repository.hasWorkflow ||= type === workflowFileType && isDelivered(outputs);
    if (type !== actionsSecretType || !kind.startsWith("secret-")) continue;
    repository.secrets += 1;
    const created = typeof outputs?.createdAt === "string" ? providerTime(outputs.createdAt) : 0;
    if (created > (repository.createdAt ?? 0)) repository.createdAt = created;
  }
  return standing;
}

/** It was seen on its branch, or a pull request is to bring it there. */
function isDelivered(outputs: StackResources[string]["outputs"]): boolean {
  return outputs?.written !== undefined || outputs?.proposed !== undefined;
}

/** What the names of a repository's resources begin with, and what each is. Those for a central file have a key of it between. */
const ownName =
  /^([^@]+)(?:@[a-z0-9]+)?-(identity-federated|identity-oauth(?:-.+)?|secret-(?:client-id|audience|secret)|workflow)$/;

/** What the state has of a repository, under its name or a former one. */
export function findStanding(
  state: StandingRepositories,
  { slug, formerly }: Pick<RepositorySettings, "slug" | "formerly">,
): StandingRepository | undefined {
  const name = [slug, ...formerly].map(toResourceName).find((one) => state.has(one));
  return name === undefined ? undefined : state.get(name);
}

/** Whether a run has set up all of it; a file that people commit themselves does not count. */
export function isFinished(
  repository: StandingRepository | undefined,
  { delivery, identity }: RepositorySettings,
): boolean {
  if (repository === undefined) return false;
  // There are more while another pair still serves the live file.
  const secrets = scopeOf(identity) === "organization" ? 0 : 2;
  return repository.secrets >= secrets && (repository.hasWorkflow || delivery.kind === "output");
}

/** The name of a resource, which ends its URN. */
export const readLastName = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** The provider writes times as Go prints them: `2026-11-24 17:04:53 +0000 UTC`. */
function providerTime(text: string): number {
  return Date.parse(text.replace(/ \+0000 UTC$/, "Z").replace(" ", "T")) || 0;
}

/** Not with `pulumi.runtime.invoke`, which hands the whole answer, secrets included, to the debug log. */
async function askEngine(token: string, args: { [name: string]: string }): Promise<unknown> {
  const monitor = pulumi.runtime.getMonitor();
  if (!monitor) throw new Error("no engine");
  const request = new resourcePb.ResourceInvokeRequest();
  request.setTok(token);
  request.setArgs(structPb.Struct.fromJavaScript(args));
  const response = await new Promise<InstanceType<typeof resourcePb.ResourceInvokeResponse>>((resolve, reject) => {
    monitor.invoke(request, (error, answered) => (error ? reject(error) : resolve(answered)));
  });
  const failure = response.getFailuresList()[0]?.getReason();
  if (failure) throw new Error(failure);
  return response.getReturn()?.toJavaScript().outputs;
}
