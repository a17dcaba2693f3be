/** What GitHub says of the listed repositories: one GraphQL query per 50, and one REST call each for the OIDC subject. */
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import type { DefaultBranch } from "../../core/delivery/branch-rules.ts";
import type { RepositorySlug } from "../../core/settings/settings.ts";
import type { OidcCustomization } from "../../core/workflow/oidc.ts";
import { requireDocumented } from "../answer.ts";
import { branchAnswer, branchFields, toDefaultBranch } from "./branch-rules.ts";
import { type GitHubConnection, unexpectedAnswer } from "./connection.ts";
import { hasMessage } from "./errors.ts";
import { askPartially, lacksField, type PartialAnswer } from "./graphql.ts";

/** A repository as GitHub has it now. */
export interface RepositoryFacts {
  /** The name as it was asked for. */
  asked: RepositorySlug;
  /** The name as GitHub spells it; another one than asked after a rename or transfer. */
  slug: RepositorySlug;
  id: number;
  /** GraphQL's id, which outlives renames and transfers. */
  nodeId: string;
  ownerId: number;
  /** The page for people. */
  url: string;
  visibility: "PUBLIC" | "PRIVATE" | "INTERNAL";
  archived: boolean;
  disabled: boolean;
  /** What the deploying credential may do; absent where GitHub does not say (GitHub Apps). */
  permission?: "ADMIN" | "MAINTAIN" | "WRITE" | "TRIAGE" | "READ";
  /** Absent in an empty repository. */
  defaultBranch?: DefaultBranch;
  oidc: OidcCustomization;
  /** Git's id of the file at the workflow's path; absent when there is none. */
  workflowBlob?: string;
  /** The asked branch of a pull request that removes it is there. */
  isBeingRemoved?: true;
}

/** `undefined` stands for a repository that does not exist, or that the credential cannot see: GitHub answers both alike. */
export type RepositoryFindings = Map<RepositorySlug, RepositoryFacts | undefined>;

export interface RepositoryRequest {
  slug: RepositorySlug;
  workflowPath: string;
  /** The branch of a pull request that removes the file. */
  removalBranch?: string;
}

const batchSize = 50;

/** What one GraphQL query says of many. */
export type KnownRepository = Omit<RepositoryFacts, "oidc">;

/** Reads all of them. @throws RequestError when GitHub cannot be read at all. */
export async function readRepositories(
  requests: RepositoryRequest[],
  github: GitHubConnection,
): Promise<RepositoryFindings> {
  const found = await findRepositories(requests, github);
  const findings = [...found].map(async ([slug, known]): Promise<[RepositorySlug, RepositoryFacts | undefined]> => {
    return [slug, known && { ...known, oidc: await readOidc(known.slug, github) }];
  });
  return new Map(await Promise.all(findings));
}

/** The same without the form of their OIDC subjects. @throws RequestError when GitHub cannot be read at all. */
export async function findRepositories(
  requests: RepositoryRequest[],
  github: GitHubConnection,
): Promise<Map<RepositorySlug, KnownRepository | undefined>> {
  const batches = Array.from({ length: Math.ceil(requests.length / batchSize) }, (_, index) =>
    requests.slice(index * batchSize, (index + 1) * batchSize),
  );
  const answers = await Promise.all(batches.map((batch) => queryBatch(batch, github)));
  return new Map(answers.flat().map(({ slug, answer }) => [slug, answer && toKnown(slug, answer)]));
}

const repositoryAnswer = z.object({
  databaseId: z.number(),
  id: z.string(),
  nameWithOwner: z.string().regex(/^[^/]+\/[^/]+$/),
  url: z.string(),
  visibility: z.enum(["PUBLIC", "PRIVATE", "INTERNAL"]),
  isArchived: z.boolean(),
  isDisabled: z.boolean(),
  viewerPermission: z.enum(["ADMIN", "MAINTAIN", "WRITE", "TRIAGE", "READ"]).nullable(),
  // Users and organisations are all the owners that GitHub has.
  owner: z.object({ databaseId: z.number() }),
  defaultBranchRef: branchAnswer.nullable(),
  object: z.object({ oid: z.string().optional() }).nullable(),
  removal: z.object({ name: z.string() }).nullish(),
});
type RepositoryAnswer = z.infer<typeof repositoryAnswer>;

const oidcAnswer = z.looseObject({ use_default: z.boolean(), sub_claim_prefix: z.string().nullish() });

const fields = (withRules: boolean) => `
  databaseId id nameWithOwner url visibility isArchived isDisabled viewerPermission
  owner { ... on Organization { databaseId } ... on User { databaseId } }
  defaultBranchRef {${branchFields({ withRules })}
  }`;

async function queryBatch(batch: RepositoryRequest[], github: GitHubConnection) {
  const parameters = batch
    .map((_, i) => `$owner${i}: String!, $name${i}: String!, $file${i}: String!, $removal${i}: String!`)
    .join(", ");
  const select = (i: number, withRules: boolean) =>
    `r${i}: repository(owner: $owner${i}, name: $name${i}) {${fields(withRules)} object(expression: $file${i}) { ... on Blob { oid } } removal: ref(qualifiedName: $removal${i}) { name } }`;
  const variables = Object.fromEntries(
    batch.flatMap(({ slug, workflowPath, removalBranch }, i) => {
      const [owner, name] = slug.split("/");
      return [
        [`owner${i}`, owner],
        [`name${i}`, name],
        [`file${i}`, `HEAD:${workflowPath}`],
        // HEAD is no branch.
        [`removal${i}`, removalBranch === undefined ? "HEAD" : `refs/heads/${removalBranch}`],
      ];
    }),
  );
  const ask = (withRules: boolean): Promise<PartialAnswer> => {
    const query = `query (${parameters}) {\n${batch.map((_, i) => select(i, withRules)).join("\n")}\n}`;
    return askPartially(github, query, variables, ({ type }) => type === "NOT_FOUND");
  };
  const { data, errors } = await ask(true).catch((error) => {
    if (lacksField(error, "Ref", "rules")) return ask(false);
    throw error;
  });
  const missing = new Set(errors.map(({ path }) => path?.[0]));
  // Only an error of its own says that a repository is missing: an answer without it says nothing.
  const shape = z.object(
    Object.fromEntries(batch.map((_, i) => [`r${i}`, missing.has(`r${i}`) ? z.null() : repositoryAnswer])),
  );
  const answers = requireDocumented(shape, data, (what) => unexpectedAnswer(github, "POST /graphql", what));
  return batch.map(({ slug }, i) => ({ slug, answer: answers[`r${i}`] ?? undefined }));
}

/**
 * `sub_claim_prefix` is the authority on the subject's form: repositories since 2026-07-15 have ids in it
 * (github.blog changelog 2026-04-23). GitHub Enterprise Server may lack the endpoint or the field.
 */
export async function readOidc(slug: string, github: GitHubConnection): Promise<OidcCustomization> {
  try {
    const request = `GET /repos/${slug}/actions/oidc/customization/sub`;
    const { data } = await github.request(request);
    const answer = requireDocumented(oidcAnswer, data, (what) => unexpectedAnswer(github, request, what));
    return {
      useDefault: answer.use_default,
      ...(answer.sub_claim_prefix ? { subClaimPrefix: answer.sub_claim_prefix } : {}),
    };
  } catch (error) {
    // With a page in place of GitHub's message it is somebody else's 404.
    if (error instanceof RequestError && error.status === 404 && hasMessage(error)) return { useDefault: true };
    throw error;
  }
}

function toKnown(asked: RepositorySlug, answer: RepositoryAnswer): KnownRepository {
  const branch = answer.defaultBranchRef;
  const blob = answer.object?.oid;
  return {
    asked,
    slug: answer.nameWithOwner as RepositorySlug,
    id: answer.databaseId,
    nodeId: answer.id,
    ownerId: answer.owner.databaseId,
    url: answer.url,
    visibility: answer.visibility,
    archived: answer.isArchived,
    disabled: answer.isDisabled,
    ...(answer.viewerPermission ? { permission: answer.viewerPermission } : {}),
    ...(branch ? { defaultBranch: toDefaultBranch(branch) } : {}),
    ...(blob === undefined ? {} : { workflowBlob: blob }),
    ...(answer.removal ? { isBeingRemoved: true } : {}),
  };
}
