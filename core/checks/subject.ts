/** Which tokens GitHub sends for a repository, and which its identity is to trust. */
import { scopeOf } from "../settings/delivery-rules.ts";
import { type FederatedSubject, federatedSubject, organizationSubject } from "../workflow/oidc.ts";
import { listEvents } from "../workflow/triggers.ts";
import {
  type CentralFacts,
  type CredentialSetup,
  type Fact,
  isUnread,
  type LiveRepository,
  type RepositoryFacts,
  type TailnetCredential,
} from "./facts.ts";

/** The central file that the repository's own calls, where the state has one. */
export function findCentral({ stack, setup }: RepositoryFacts): CentralFacts | undefined {
  const call = isUnread(setup) ? undefined : setup?.file?.central;
  if (!call) return undefined;
  return stack.central.find(({ setup: { file } }) => {
    const isThere = file.repository.toLowerCase() === call.repository.toLowerCase() && file.path === call.path;
    return isThere && (file.branch === undefined || file.branch === call.branch);
  });
}

/** The credential that the repository's runners use, as the state has it. */
export function findCredentialSetup(facts: RepositoryFacts): CredentialSetup | undefined {
  if (scopeOf(facts.settings.identity) === "organization") return findCentral(facts)?.setup.credential;
  return isUnread(facts.setup) ? undefined : facts.setup?.credential;
}

/** The same as it is in the tailnet; undefined when it is gone. */
export function findLiveCredential(facts: RepositoryFacts): Fact<TailnetCredential | undefined> {
  const { credentials } = facts.stack;
  const setup = findCredentialSetup(facts);
  if (isUnread(credentials)) return credentials;
  const hidden = credentials.unseen.get(setup?.clientId ?? "");
  if (hidden !== undefined) return { unread: hidden };
  return credentials.listed.find(({ id }) => id === setup?.clientId);
}

/** Subject and rules as `pulumi up` would write them now; undefined where GitHub was not read. */
export function expectSubject(facts: RepositoryFacts): FederatedSubject | undefined {
  const { settings, github, oidc, setup } = facts;
  if (isUnread(github) || !github) return undefined;
  const { workflow, identity } = settings;
  const central = isUnread(setup) ? undefined : setup?.file?.central;
  const common = {
    presets: workflow.presets,
    ...(workflow.environment ? { environment: workflow.environment } : {}),
    runsOn: workflow.runsOn,
    ownerId: github.ownerId,
  };
  if (scopeOf(identity) === "organization") return central && organizationSubject({ ...common, central });
  if (isUnread(oidc)) return undefined;
  return federatedSubject({
    ...common,
    repository: github.slug,
    repositoryId: github.id,
    workflowPath: workflow.path,
    oidc,
    ...(central ? { central } : {}),
  });
}

/** Subjects that GitHub sends for the workflow; undefined where it is a template of somebody's, or was not read. */
export function listSentSubjects({ settings, github, oidc }: RepositoryFacts): string[] | undefined {
  if (isUnread(github) || !github || isUnread(oidc) || !oidc.useDefault) return undefined;
  const { environment, presets } = settings.workflow;
  const prefix = oidc.subClaimPrefix ?? `repo:${github.slug}`;
  if (environment !== undefined) return [`${prefix}:environment:${environment.replaceAll(":", "%3A")}`];
  const branch = github.defaultBranch?.name ?? "main";
  const contexts = listEvents(presets).map((event) => {
    return event.startsWith("pull_request") ? "pull_request" : `ref:refs/heads/${branch}`;
  });
  return [...new Set(contexts)].map((context) => `${prefix}:${context}`);
}

/** What every subject of the repository begins with, in the old form and in the immutable one. */
export function listSubjectPrefixes({ slug, id, ownerId }: Pick<LiveRepository, "slug" | "id" | "ownerId">): string[] {
  const [owner = "", name = ""] = slug.split("/");
  return [`repo:${slug}:`, `repo:${owner}@${ownerId}/${name}@${id}:`];
}
