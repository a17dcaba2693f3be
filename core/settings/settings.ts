/** Stack configuration in, settings out: every mistake in one error, each with its place and its fix. */
import { formatMessage } from "../messages/entry.ts";
import { tagOfAperture } from "../messages/policy-file.ts";
import { differentModels, foreignOwner, modelOutsideGrant, noModel } from "../messages/settings.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { Tag, TagAccess } from "../policy/fragment.ts";
import { isMarkOwner, toOwner } from "../policy/marks.ts";
import { isExactModel, isTag, isWholeProvider, matchesModel } from "../policy/rules.ts";
import type { Problem } from "../problem.ts";
import type { ActionName } from "../workflow/actions.ts";
import type { IdentityScope } from "../workflow/file.ts";
import { isModelName } from "../workflow/names.ts";
import type { PresetName } from "../workflow/options.ts";
import {
  completeDelivery,
  type DeliverySettings,
  findCentralProblems,
  findDeliveryProblems,
  findScopeProblems,
} from "./delivery-rules.ts";
import { defaults } from "./fields.ts";
import { findBadAddress, findConfiguredCredentials, findPlainCredentials, readGithubOwner } from "./github.ts";
import { toProblems } from "./issues.ts";
import { settingNames } from "./names.ts";
import { explainPathAsName, findMisplacedKeys } from "./namespaces.ts";
import { findNearest } from "./objects.ts";
import { namespace, path, readOurValues, SettingsError, show } from "./problem.ts";
import { findCredentials, findExpressions, findTailscaleConfiguration } from "./refusals.ts";
import { type RepositoryInput, type SettingsInput, settingsSchema } from "./schema.ts";
import { pickTask } from "./task-fields.ts";
import { findUntrustedCommands } from "./trust.ts";
import { findWarnings } from "./warnings.ts";

export type RepositorySlug = `${string}/${string}`;

/** How a runner authenticates to Tailscale. */
export type IdentitySettings =
  | { kind: "federated"; scope?: IdentityScope | undefined; issuer?: string | undefined }
  | { kind: "oauth"; rotation?: string | undefined };

export type { DeliverySettings };

export interface WorkflowSettings {
  presets: PresetName[];
  path: string;
  prompt?: string;
  /** The model that Claude Code asks for, without its provider; absent: Claude Code's own default. */
  model?: string;
  runsOn: string | string[];
  environment?: string;
  timeoutMinutes: number;
  allowForks?: boolean;
  joinTimeoutSeconds?: number;
  allowedTools?: string[];
  trustPullRequestCode?: boolean;
  maxTurns?: number;
  systemPrompt?: string;
  triggerPhrase?: string;
  paths?: string[];
  skipPaths?: string[];
  skipLabels?: string[];
  headers?: boolean;
  actions: Partial<Record<ActionName, string>>;
  adopt: boolean;
}

/** One repository with everything that it inherits filled in. */
export interface RepositorySettings {
  slug: RepositorySlug;
  formerly: RepositorySlug[];
  tag: Tag;
  models: string[];
  identity: IdentitySettings;
  workflow: WorkflowSettings;
  delivery: DeliverySettings;
}

export interface Settings {
  /** The GitHub user or organisation that owns every repository of the stack. */
  githubOwner: string;
  aperture: { hostname: string; device?: string };
  tagOwners: string[];
  policy: { mode: "write" | "observe"; owner: string; takeOver: boolean; test: TagAccess["test"]; shareTag: boolean };
  onUnavailable: "fail" | "skip";
  /** What a repository has that sets nothing of its own: central files are named by how they differ from it. */
  common: Pick<RepositorySettings, "tag" | "identity" | "workflow">;
  repositories: RepositorySettings[];
}

/** Where settings come from: the engine's configuration map and what names the stack. */
export interface SettingsSource {
  /** All configuration of the stack, `namespace:key` to value; structured values as JSON, as the engine passes them. */
  config: Record<string, string>;
  /** Whether a key's value is encrypted in the stack's file. Default: none is. */
  isSecret?: (key: string) => boolean;
  project: string;
  stack: string;
  /** Process environment; only `GITHUB_OWNER` and `GITHUB_BASE_URL` are read. */
  environment: Record<string, string | undefined>;
}

/** What a stack is to have, and what to tell people of it. */
export interface ParsedSettings {
  settings: Settings;
  /** What can be used and will probably disappoint. */
  warnings: Problem[];
}

/**
 * Reads the settings of a stack.
 *
 * @throws SettingsError, and nothing else, with every mistake. A value that is or looks like a credential is reported first,
 * alone, and never printed.
 */
export function parseSettings(source: SettingsSource): ParsedSettings {
  const fail = (problems: Problem[]): never => {
    throw new SettingsError(source.stack, problems);
  };
  const { config, isSecret = () => false } = source;
  const raw = readOurValues(config);
  const plain = findPlainCredentials(source);
  const named = new Set(plain.map(({ path }) => path));
  const credentials = [
    ...findCredentials(raw, config, (key) => isSecret(key) || named.has(key)),
    ...plain,
    ...findConfiguredCredentials(source),
    ...findTailscaleConfiguration(config),
  ];
  if (credentials.length > 0) fail(credentials);

  const parsed = settingsSchema.safeParse(raw, { reportInput: true });
  const owner = readGithubOwner(source);
  const misplaced = findMisplacedKeys(config, source.project, knownKeys);
  const problems = [
    ...owner.problems,
    ...findBadAddress(source),
    ...misplaced,
    ...(parsed.success ? [] : withoutConsequences(describeAll(parsed.error.issues, raw), raw, misplaced)),
  ];
  if (!parsed.success || owner.name === undefined) return fail(problems);

  problems.push(
    ...findTagsOfAperture(parsed.data),
    ...findDeliveryProblems(parsed.data),
    ...findScopeProblems(parsed.data),
  );
  const { value, problems: others } = normalise(parsed.data, owner.name, toOwner(source));
  problems.push(
    ...findExpressions(raw),
    ...others,
    ...findContradictions(value),
    ...findUntrustedCommands(parsed.data, value),
  );
  return problems.length > 0 ? fail(problems) : { settings: value, warnings: findWarnings(parsed.data, value) };
}

const knownKeys: string[] = [...settingNames];

function describeAll(issues: Parameters<typeof toProblems>[0], raw: Record<string, unknown>): Problem[] {
  return toProblems(issues).map(({ path: place, message }) => ({
    path: `${namespace}:${place}`,
    message: (Object.hasOwn(raw, place) && explainPathAsName(place, knownKeys)) || message,
  }));
}

/** Without "repositories is missing" where a misspelt or misplaced key is why. */
function withoutConsequences(problems: Problem[], raw: Record<string, unknown>, misplaced: Problem[]): Problem[] {
  const isMeant = (key: string) =>
    key !== "repositories" && findNearest(key.split(/[.[]/)[0] ?? "", knownKeys)[0] === "repositories";
  const isElsewhere = Object.keys(raw).some(isMeant) || misplaced.some(({ path }) => path.includes(":repositor"));
  return problems.filter(
    ({ path: place, message }) =>
      !(isElsewhere && place === path(["repositories"]) && message.startsWith("It is missing")),
  );
}

function normalise(
  input: SettingsInput,
  githubOwner: string,
  stackOwner: string,
): { value: Settings; problems: Problem[] } {
  const problems: Problem[] = [];
  const workflow = { ...defaults.workflow, ...omitUndefined(input.workflow) };
  const models = input.models ?? defaults.models;
  const owner = input.policy?.owner ?? stackOwner;
  if (!isMarkOwner(owner)) {
    const message = `The stack's own name, ${show(owner)}, cannot stand in a mark. Name another, such as claude-aperture/prod.`;
    problems.push({ path: path(["policy", "owner"]), message });
  }

  const complete = (
    entry: SettingsInput["repositories"][number],
    index: number,
    problems: Problem[],
  ): RepositorySettings => {
    const repository: RepositoryInput = typeof entry === "string" ? { name: entry } : entry;
    const at = ["repositories", index];
    const slug = (name: string, place: PropertyKey[]): RepositorySlug => {
      const [owner, rest] = name.includes("/") ? (name.split("/", 2) as [string, string]) : [githubOwner, name];
      if (owner.toLowerCase() !== githubOwner.toLowerCase()) {
        problems.push({
          path: path(place),
          message: formatMessage(foreignOwner, { name: show(name), owner: githubOwner }),
        });
      }
      return `${githubOwner}/${rest}`;
    };
    const merged = { ...workflow, ...omitUndefined(repository.workflow) };
    const granted = repository.models ?? models;
    const model = chooseModel(merged.model, granted);
    if ("problem" in model) problems.push({ path: path([...at, "workflow", "model"]), message: model.problem });
    return {
      slug: slug(repository.name, typeof entry === "string" ? at : [...at, "name"]),
      formerly: (repository.formerly ?? []).map((name, i) => slug(name, [...at, "formerly", i])),
      tag: asTag(repository.tag ?? input.tag ?? defaults.tag),
      models: granted,
      identity: asIdentity(repository.identity ?? input.identity ?? defaults.identity),
      workflow: {
        presets: merged.presets,
        path: merged.path,
        runsOn: merged.runsOn,
        timeoutMinutes: merged.timeoutMinutes,
        adopt: merged.adopt,
        actions: merged.actions ?? {},
        ...omitUndefined({
          prompt: merged.prompt,
          environment: merged.environment,
          allowForks: merged.allowForks,
          joinTimeoutSeconds: merged.joinTimeoutSeconds,
          ...pickTask(merged),
          model: "name" in model ? model.name : undefined,
        }),
      },
      delivery: completeDelivery(repository.delivery ?? input.delivery ?? defaults.delivery, (name) =>
        slug(name, [...(repository.delivery === undefined ? [] : at), "delivery", "repository"]),
      ),
    };
  };
  const repositories = input.repositories.map((entry, index) => complete(entry, index, problems));
  // Its model may be missing, where the models of all repositories are their own.
  const common = complete("common", 0, []);

  return {
    // What the stack's own delivery says wrong is found for each repository.
    problems: [...new Map(problems.map((one) => [`${one.path} ${one.message}`, one])).values()],
    value: {
      githubOwner,
      aperture: {
        hostname: input.aperture?.hostname ?? defaults.hostname,
        ...omitUndefined({ device: input.aperture?.device }),
      },
      tagOwners: input.tagOwners ?? defaults.tagOwners,
      policy: {
        mode: input.policy?.mode ?? defaults.policy.mode,
        owner,
        takeOver: input.policy?.takeOver ?? defaults.policy.takeOver,
        test: input.policy?.test ?? defaults.policy.test,
        shareTag: input.policy?.shareTag ?? defaults.policy.shareTag,
      },
      onUnavailable: input.onUnavailable ?? defaults.onUnavailable,
      common: { tag: common.tag, identity: common.identity, workflow: common.workflow },
      repositories,
    },
  };
}

/** The model for `--model`, without its provider: what the grant allows and nothing else. */
function chooseModel(wanted: string | undefined, granted: string[]): { name?: string } | { problem: string } {
  const models = granted.join(", ");
  if (wanted !== undefined) {
    // Claude Code takes the suffix off before it asks.
    const asked = wanted.replace(/\[1m\]$/, "");
    return granted.some((pattern) => matchesModel(pattern, asked))
      ? { name: withoutProvider(wanted) }
      : { problem: formatMessage(modelOutsideGrant, { model: show(wanted), models }) };
  }
  const exact = granted.find((pattern) => isExactModel(pattern) && isModelName(withoutProvider(pattern)));
  if (exact !== undefined) return { name: withoutProvider(exact) };
  return granted.some(isWholeProvider) ? {} : { problem: formatMessage(noModel, { models }) };
}

function withoutProvider(model: string): string {
  return model.slice(model.indexOf("/") + 1);
}

/** A rotation is a name, also where YAML takes it for a number. */
function asIdentity(identity: NonNullable<SettingsInput["identity"]>): IdentitySettings {
  if (identity.kind === "federated") return identity;
  const { kind, rotation } = identity;
  return rotation === undefined ? { kind } : { kind, rotation: String(rotation) };
}

function asTag(value: string): Tag {
  if (!isTag(value)) throw new TypeError(`not a tag: ${value}`);
  return value;
}

/** Tags of runners that are the Aperture device's own, each where it is set. */
function findTagsOfAperture({ aperture, repositories, ...input }: SettingsInput): Problem[] {
  const own = repositories.map((entry) => (typeof entry === "string" ? undefined : entry.tag));
  const places = own.flatMap((name, index) =>
    name === undefined ? [] : [{ name, place: ["repositories", index, "tag"] }],
  );
  const inherited = places.length < own.length ? [{ name: input.tag ?? defaults.tag, place: ["tag"] }] : [];
  return [...inherited, ...places]
    .filter(({ name }) => name === aperture?.device)
    .map(({ name, place }) => ({ path: path(place), message: formatMessage(tagOfAperture, { tag: name }) }));
}

/** Settings that are each right and contradict each other. */
function findContradictions({ repositories }: Settings): Problem[] {
  const problems = findCentralProblems(repositories);
  const names = new Map<string, string>();
  const tags = new Map<Tag, { slug: string; models: string }>();
  repositories.forEach(({ slug, formerly, tag, models }, index) => {
    const place = path(["repositories", index]);
    for (const name of [slug, ...formerly]) {
      const first = names.get(name.toLowerCase());
      if (first !== undefined) {
        problems.push({
          path: place,
          message: `"${name}" is listed already, at ${first}. GitHub ignores case in names. Remove one.`,
        });
      } else names.set(name.toLowerCase(), place);
    }
    const granted = JSON.stringify(models.toSorted());
    const other = tags.get(tag);
    if (other && other.models !== granted) {
      const name = slug.slice(slug.indexOf("/") + 1).toLowerCase();
      const suggestion = `${tag}-${name.replaceAll(/[^a-z0-9]+/g, "-")}`;
      const message = formatMessage(differentModels, { repository: slug, other: other.slug, tag, suggestion });
      problems.push({ path: `${place}.models`, message });
    } else tags.set(tag, { slug, models: granted });
  });
  return problems;
}
