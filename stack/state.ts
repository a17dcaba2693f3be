/** What the state of the running stack has, by the engine's own account, as it was before this run. */
import * as pulumi from "@pulumi/pulumi";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { z } from "zod";
import { toResourceName } from "../components/names.ts";
import { claudeRepositoryType, workflowFileType } from "../core/resource-types.ts";
import type { RepositorySettings } from "../core/settings/settings.ts";

/** A repository of which something is in the state. */
export interface StandingRepository {
  /** Of the two. */
  secrets: number;
  hasWorkflow: boolean;
  /** When its secrets were first written, GitHub's time, in milliseconds since 1970; absent before that. */
  createdAt?: number;
}

/** By the name of the repository's component. */
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
  const names = Object.entries(resources)
    .filter(([, { type }]) => type === claudeRepositoryType)
    .map(([urn]) => readLastName(urn));
  const standing: StandingRepositories = new Map(names.map((name) => [name, { secrets: 0, hasWorkflow: false }]));
  for (const [urn, { outputs }] of Object.entries(resources)) {
    const [, type, owner = "", kind] = childName.exec(urn) ?? [];
    const repository = standing.get(owner);
    if (!repository) continue;
    if (kind === "workflow") repository.hasWorkflow ||= type === workflowFileType && isDelivered(outputs);
    if (type !== actionsSecretType || kind === "workflow") continue;
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

/** The URN of a secret or file of a repository: its type, the component's name, and what it is. */
const childName =
  /\$([^:$]+:index[^:]*:[^:]+)::([^@]+)(?:@[a-z0-9]+)?-(secret-client-id|secret-audience|secret-secret|workflow)$/;

/** What the state has of a repository, under its name or a former one. */
export function findStanding(
  state: StandingRepositories,
  { slug, formerly }: RepositorySettings,
): StandingRepository | undefined {
  const name = [slug, ...formerly].map(toResourceName).find((one) => state.has(one));
  return name === undefined ? undefined : state.get(name);
}

/** Whether a run has set up all of it; a file that people commit themselves does not count. */
export function isFinished(repository: StandingRepository | undefined, { delivery }: RepositorySettings): boolean {
  return repository !== undefined && repository.secrets >= 2 && (repository.hasWorkflow || delivery.kind === "output");
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
