/**
 * Whether a run of a repository's live workflow would work, as GitHub and Tailscale would judge it at a moment: what it calls is
 * there and asks for no more than it is given, admits the repository, and its runner gets onto the tailnet.
 */
import { createRemoteJWKSet } from "jose";
import { parse } from "yaml";
import { covers, readJobPermissions } from "../../../core/workflow/permissions.ts";
import { refusalReason } from "../../../sandbox/tailscale/identity-token.ts";
import type { TrustedIssuer } from "../../../sandbox/tailscale/oauth.ts";
import { digest } from "../../../sandbox/tailscale/secrets.ts";
import type { FederatedIdentity } from "../../../sandbox/tailscale/state.ts";
import type { World } from "../../../sandbox/world.ts";
import { isTrue } from "../../core/workflow/evaluate.ts";
import type { Moment, RepositoryThen } from "./moment.ts";

export const workflowPath = ".github/workflows/claude.yml";

interface Step {
  uses?: string;
  with?: Record<string, string>;
}

interface Job {
  if?: string;
  uses?: string;
  steps?: Step[];
  secrets?: Record<string, string>;
}

interface Workflow {
  on: string | Record<string, unknown>;
  jobs: Record<string, Job>;
}

/** A run has thousands of moments and a few texts. */
function remember<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const value = known.has(text) ? (known.get(text) as T) : read(text);
    known.set(text, value);
    return value;
  };
}

const readWorkflow = remember((text) => parse(text) as Workflow);
const readPermissions = remember(readJobPermissions);

/** Where the jobs stand. */
interface Jobs {
  text: string;
  /** The value of a secret, as the jobs name it. */
  secret(name: string): string | undefined;
  /** `owner/name/path@refs/heads/branch` of a file that is called. */
  calledFile?: string;
}

/** Of the runs that `only` starts, or of all. */
export type Judge = (moment: Moment, slug: string, only?: readonly string[]) => Promise<string[]>;

/** Judges the workflow of a repository; nothing is wrong with one that works. */
export function createJudge(world: World): Judge {
  const trusted = {
    issuer: world.github.oidc.issuer,
    keys: createRemoteJWKSet(new URL(world.github.oidc.jwksUrl), { cooldownDuration: 0, timeoutDuration: 60_000 }),
  };
  const refusals = new Map<string, Promise<string | undefined>>();
  const refuse: Refuse = (job, identity) => {
    const key = JSON.stringify([job, identity]);
    const known = refusals.get(key) ?? askForToken(world, trusted, job, identity);
    refusals.set(key, known);
    return known;
  };
  return (moment, slug, only) => judge(moment, slug, refuse, only);
}

interface Asking {
  repository: string;
  event: string;
  calledFile?: string;
}

/** Why Tailscale would refuse the token of such a job. */
type Refuse = (job: Asking, identity: FederatedIdentity) => Promise<string | undefined>;

async function askForToken({ github }: World, trusted: TrustedIssuer, job: Asking, identity: FederatedIdentity) {
  const jwt = await github.issueToken({ ...job, workflowPath, audience: identity.audience });
  return refusalReason(jwt, identity, trusted, new Date());
}

async function judge(moment: Moment, slug: string, refuse: Refuse, only?: readonly string[]): Promise<string[]> {
  const then = moment.repositories.get(slug);
  const text = then?.read(workflowPath);
  if (!then || text === undefined) return ["there is no workflow file"];
  if (then.disabled.has(workflowPath)) return ["the workflow is disabled"];
  const workflow = readWorkflow(text);
  const found = findJobs(moment, then, text, workflow);
  if (typeof found === "string") return [found];
  const events = Object.keys(workflow.on).filter((event) => (only ? only.includes(event) : event !== "merge_group"));
  const jobs = Object.values(readWorkflow(found.text).jobs);
  const admission = jobs.flatMap((job) => judgeAdmission(job, then));
  const access = await Promise.all(
    events.flatMap((event) => {
      const asking = { repository: slug, event, ...(found.calledFile ? { calledFile: found.calledFile } : {}) };
      return jobs
        .flatMap(({ steps = [] }) => steps.flatMap((step) => (step.uses?.startsWith("tailscale/") ? [step] : [])))
        .map((step) => judgeAccess(moment, found, step, (identity) => refuse(asking, identity)));
    }),
  );
  return [...new Set([...admission, ...access.flat()])];
}

/** In the file itself, or in the file that it calls. */
function findJobs(moment: Moment, then: RepositoryThen, text: string, { jobs }: Workflow): Jobs | string {
  const own = (name: string) => then.secrets.get(name);
  const [{ uses, secrets = {} } = {} as Job] = Object.values(jobs);
  if (uses === undefined) return { text, secret: own };
  const [, repository = "", path = "", branch = ""] = /^([^/]+\/[^/]+)\/(.+)@(.+)$/.exec(uses) ?? [];
  const central = moment.repositories.get(repository);
  if (central?.repository.actionsAccess !== "organization") return `${repository} cannot be called`;
  const called = central.read(path, branch);
  if (called === undefined) return `calls ${uses}, which is not there`;
  const { on } = readWorkflow(called);
  const call = on === "workflow_call" ? {} : typeof on === "string" ? undefined : on.workflow_call;
  if (call === undefined) return `calls ${uses}, which cannot be called`;
  const declared = Object.keys((call as { secrets?: object } | null)?.secrets ?? {});
  const undeclared = Object.keys(secrets).filter((name) => !declared.includes(name));
  if (undeclared.length > 0) return `passes ${undeclared.join(", ")}, which ${uses} does not take`;
  const [granted, asked] = [readPermissions(text) ?? {}, readPermissions(called)];
  if (!asked || !covers(granted, asked)) return `grants less than ${uses} asks for`;
  const secret = (name: string) => readSecret(secrets[name] ?? "", own);
  return { text: called, secret, calledFile: `${repository}/${path}@refs/heads/${branch}` };
}

/** Ids of repositories stand in front of all other conditions of a job. */
function judgeAdmission({ if: condition = "" }: Job, { repository }: RepositoryThen): string[] {
  const admission = /^contains\(fromJSON\('[^']*'\), github\.repository_id\)/.exec(condition)?.[0];
  if (admission === undefined) return [];
  return isTrue(admission, { github: { repository_id: String(repository.id) } }) ? [] : ["is not admitted"];
}

async function judgeAccess(
  { keys, policy }: Moment,
  { secret }: Jobs,
  { with: given = {} }: Step,
  refuse: (identity: FederatedIdentity) => Promise<string | undefined>,
): Promise<string[]> {
  const value = (name: string) => readSecret(given[name] ?? "", secret);
  const tag = given.tags ?? "";
  if (!policy.includes(`"${tag}"`)) return [`the policy has no ${tag}`];
  if (given["oauth-secret"] !== undefined) {
    const client = [...keys.values()].find(
      (key) => key.keyType === "client" && key.secretDigest === digest(value("oauth-secret") ?? ""),
    );
    if (client?.keyType !== "client") return ["its secret is of no OAuth client"];
    return client.tags.includes(tag) ? [] : [`its OAuth client has not the tag ${tag}`];
  }
  const identity = keys.get(value("oauth-client-id") ?? "");
  if (identity?.keyType !== "federated") return ["its client ID is of no identity"];
  if (identity.audience !== value("audience")) return ["its audience is not its identity's"];
  if (!identity.tags.includes(tag)) return [`its identity has not the tag ${tag}`];
  const refused = await refuse(identity);
  return refused === undefined ? [] : [refused];
}

/** A literal, or the value of the one secret that an expression names. */
function readSecret(text: string, secret: (name: string) => string | undefined): string | undefined {
  const name = /^\$\{\{ secrets\.(\w+) \}\}$/.exec(text)?.[1];
  return name === undefined ? text : secret(name);
}
