/** What a delivery means once its defaults are filled in, and which deliveries contradict each other or the identity. */
import type { Arrival } from "../delivery/central-order.ts";
import { formatMessage } from "../messages/entry.ts";
import { differentCentral, draftMerge, organizationElsewhere, useless } from "../messages/settings.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { Problem } from "../problem.ts";
import type { IdentityScope } from "../workflow/file.ts";
import type { DeliveryInput } from "./delivery.ts";
import { defaults } from "./fields.ts";
import { path } from "./problem.ts";
import type { RepositoryInput, SettingsInput } from "./schema.ts";
import type { IdentitySettings, RepositorySettings, RepositorySlug } from "./settings.ts";

/** Of pull requests that bring a file, as the settings say; absent: the program's own. */
export interface RequestSettings {
  title?: string;
  body?: string;
  labels: string[];
  draft: boolean;
  autoMerge: boolean;
  reopen: boolean;
  /** Of the commit in it. */
  message?: string;
}

/** How the workflow file gets into the repository. */
export type DeliverySettings =
  | { kind: "commit"; message?: string | undefined }
  | ({ kind: "pull-request" } & RequestSettings)
  | ({
      kind: "central";
      /** Where the central file is. */
      repository: RepositorySlug;
      /** Absent: the default branch, which is known once GitHub was asked. */
      branch?: string;
      /** How the central file gets there. */
      by: Arrival;
      /** How the file that calls it gets into the repository. */
      callersBy: Arrival;
    } & RequestSettings)
  | { kind: "output" };

/** `slug` completes and checks the name of the central repository. */
export function completeDelivery(input: DeliveryInput, slug: (name: string) => RepositorySlug): DeliverySettings {
  switch (input.kind) {
    case "commit":
    case "output":
      return input;
    case "pull-request":
      return { kind: "pull-request", ...completeRequest(input) };
    case "central":
      return {
        kind: "central",
        repository: slug(input.repository ?? centralRepository),
        ...omitUndefined({ branch: input.branch }),
        by: input.by ?? "commit",
        callersBy: input.callersBy ?? "commit",
        ...completeRequest(input),
      };
  }
}

/** The owner's repository for what all of its repositories share: docs.github.com, "Creating a default community health file". */
const centralRepository = ".github";

type RequestInput = Extract<DeliveryInput, { kind: "pull-request" | "central" }>;

function completeRequest({ title, body, message, labels, draft, autoMerge, reopen }: RequestInput): RequestSettings {
  return {
    labels: labels ?? [],
    draft: draft ?? false,
    autoMerge: autoMerge ?? false,
    reopen: reopen ?? false,
    ...omitUndefined({ title, body, message }),
  };
}

/** Whose runners the identity serves. */
export function scopeOf(identity: IdentitySettings): IdentityScope {
  return (identity.kind === "federated" ? identity.scope : undefined) ?? "repository";
}

const requestKeys = ["title", "body", "labels", "draft", "autoMerge", "reopen"] as const;

/** What is wrong with deliveries as they are written: each once, where it stands. */
export function findDeliveryProblems({ delivery, repositories }: SettingsInput): Problem[] {
  const written = [
    { at: ["delivery"] as PropertyKey[], one: delivery },
    ...repositories.map((entry, index) => ({ at: ["repositories", index, "delivery"], one: objectOf(entry).delivery })),
  ];
  return written.flatMap(({ at, one }) => (one === undefined ? [] : judge(one, at)));
}

function judge(one: DeliveryInput, at: PropertyKey[]): Problem[] {
  if (one.kind !== "pull-request" && one.kind !== "central") return [];
  const both = one.draft === true && one.autoMerge === true;
  const byNone = one.kind === "central" && one.by !== "pull-request" && one.callersBy !== "pull-request";
  const unused = byNone ? requestKeys.filter((key) => one[key] !== undefined) : [];
  return [
    ...(both ? [{ path: path([...at, "autoMerge"]), message: formatMessage(draftMerge, {}) }] : []),
    ...unused.map((key) => ({ path: path([...at, key]), message: formatMessage(useless, {}) })),
  ];
}

function objectOf(entry: string | RepositoryInput): Partial<RepositoryInput> {
  return typeof entry === "string" ? {} : entry;
}

/** An identity for all repositories of a central file, where there is none: once where it is inherited, else where it is set. */
export function findScopeProblems({ identity, delivery, repositories }: SettingsInput): Problem[] {
  const places = repositories.flatMap((entry, index) => {
    const own = objectOf(entry);
    const { kind, scope }: NonNullable<SettingsInput["identity"]> = own.identity ?? identity ?? defaults.identity;
    const way = (own.delivery ?? delivery ?? defaults.delivery).kind;
    if (kind !== "federated" || scope !== "organization" || way === "central") return [];
    const at = ["repositories", index];
    if (own.identity !== undefined) return [{ place: path([...at, "identity", "scope"]), way }];
    return [{ place: path(own.delivery === undefined ? ["identity", "scope"] : [...at, "delivery"]), way }];
  });
  return [...new Map(places.map((one) => [one.place, one])).values()].map(({ place, way }) => ({
    path: place,
    message: formatMessage(organizationElsewhere, { delivery: way }),
  }));
}

/** Repositories that want one central branch delivered in two ways. The callers' own way may differ. */
export function findCentralProblems(repositories: readonly RepositorySettings[]): Problem[] {
  const firsts = new Map<string, { slug: string; delivery: Record<string, unknown> }>();
  return repositories.flatMap(({ slug, delivery }, index) => {
    if (delivery.kind !== "central") return [];
    const { callersBy: _, repository, branch, kind, ...central } = delivery;
    const key = `${repository.toLowerCase()} ${branch ?? ""}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, { slug, delivery: central });
    const differing = Object.keys({ ...first?.delivery, ...central }).filter(
      (name) => JSON.stringify(first?.delivery[name]) !== JSON.stringify(central[name as keyof typeof central]),
    );
    if (first === undefined || differing.length === 0) return [];
    const keys = differing.join(", ");
    const message = formatMessage(differentCentral, { repository: slug, other: first.slug, central: repository, keys });
    return [{ path: path(["repositories", index, "delivery"]), message }];
  });
}
