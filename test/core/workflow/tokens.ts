/** Tokens as GitHub Actions emits them, and how Tailscale compares them with an identity's subject and rules. */
import fc from "fast-check";
import type { EventName } from "../../../core/workflow/model.ts";
import type { FederatedSubject } from "../../../core/workflow/oidc.ts";
import { type PresetName, presetNames } from "../../../core/workflow/options.ts";
import { listEvents } from "../../../core/workflow/triggers.ts";

export const ourPath = ".github/workflows/claude.yml";

export interface Place {
  repository: { owner: string; ownerId: number; name: string; id: number };
  immutable: boolean;
  /** Claims of a customised subject; undefined = the default subject. */
  template: readonly string[] | undefined;
}
export type Claims = Record<string, string>;
export type Ref = string | undefined;
export const allEvents = [...listEvents(presetNames), "push", "workflow_dispatch"] as const;

/** Names and ids close to each other, so that one is often the beginning of another. */
const repository = fc.record({
  owner: fc.constantFrom("acme", "acme-evil", "a", "Acme"),
  ownerId: fc.integer({ min: 1, max: 30 }),
  name: fc.constantFrom("app", "app2", "app.old", "ap", "environment", "pull_request"),
  id: fc.integer({ min: 1, max: 300 }),
});
export const place: fc.Arbitrary<Place> = fc.record({
  repository,
  immutable: fc.boolean(),
  template: fc.constantFrom(
    undefined,
    undefined,
    ["repo", "context"],
    ["repository_owner", "job_workflow_ref"],
    ["actor"],
  ),
});
export const setup = fc.record({
  presets: fc.shuffledSubarray<PresetName>([...presetNames], { minLength: 1 }),
  environment: fc.option(fc.constantFrom("prod", "a:b", "pull_request"), { nil: undefined }),
});

export function prefixOf({ repository: { owner, ownerId, name, id }, immutable }: Place): string {
  return immutable ? `repo:${owner}@${ownerId}/${name}@${id}` : `repo:${owner}/${name}`;
}

export function optionsOf(
  ours: Place,
  { presets, environment }: { presets: PresetName[]; environment: string | undefined },
) {
  const { owner, ownerId, name, id } = ours.repository;
  return {
    presets,
    ...(environment === undefined ? {} : { environment }),
    repository: `${owner}/${name}`,
    repositoryId: id,
    ownerId,
    workflowPath: ourPath,
    runsOn: "ubuntu-latest",
    oidc: { useDefault: ours.template === undefined, ...(ours.immutable ? { subClaimPrefix: prefixOf(ours) } : {}) },
  };
}

/** What the part behind the prefix is made of; GitHub does not say which of both a review event has. */
export function refsOf(event: EventName | "push" | "workflow_dispatch"): Ref[] {
  if (event === "pull_request") return [undefined];
  if (event.startsWith("pull_request_review")) return [undefined, "refs/pull/5/merge"];
  return ["refs/heads/main"];
}

/** A token as GitHub emits it: docs.github.com, "OpenID Connect reference". */
export function tokenOf(
  from: Place,
  event: string,
  ref: Ref,
  environment: string | undefined,
  path: string,
  /** The file of the job, `owner/repository/path@ref`, if the workflow calls another. */
  called?: string,
): Claims {
  const { owner, ownerId, name, id } = from.repository;
  const context =
    environment !== undefined
      ? `environment:${environment.replaceAll(":", "%3A")}`
      : ref === undefined
        ? "pull_request"
        : `ref:${ref}`;
  const workflow = `${owner}/${name}/${path}@${ref ?? "refs/pull/5/merge"}`;
  const claims: Claims = {
    repository_id: String(id),
    repository_owner_id: String(ownerId),
    repository_owner: owner,
    event_name: event,
    workflow_ref: workflow,
    job_workflow_ref: called ?? workflow,
    actor: "alice",
    runner_environment: "github-hosted",
    ...(environment === undefined ? {} : { environment }),
  };
  const parts: Claims = { ...claims, repo: `${owner}/${name}`, context };
  const sub =
    from.template === undefined
      ? `${prefixOf(from)}:${context}`
      : from.template.map((key) => (key === "context" ? context : `${key}:${parts[key]}`)).join(":");
  return { ...claims, sub };
}

export function matches({ subject, customClaimRules }: FederatedSubject, token: Claims): boolean {
  return Object.entries({ ...customClaimRules, sub: subject }).every(([claim, pattern]) => {
    const literals = pattern.split("*").map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${literals.join("[^]*")}$`).test(token[claim] ?? "");
  });
}
