/** Stack configuration in, settings out: every mistake in one error, each with its place and its fix. */
import type { z } from "zod";
import type { Tag, TagAccess } from "../policy/fragment.ts";
import { isExactModel, isTag, isWholeProvider, matchesModel, tagOfAperture } from "../policy/rules.ts";
import type { ActionName } from "../workflow/actions.ts";
import type { PresetName } from "../workflow/options.ts";
import { defaults, unknownKey } from "./fields.ts";
import { ourValues, type Problem, path, SettingsError } from "./problem.ts";
import { findCredentials, findTailscaleConfiguration, findUntrustedExpressions } from "./refusals.ts";
import { type RepositoryInput, type SettingsInput, settingsSchema } from "./schema.ts";

export type RepositorySlug = `${string}/${string}`;

/** How a runner authenticates to Tailscale. */
export type IdentitySettings =
  | { kind: "federated"; issuer?: string | undefined }
  | { kind: "oauth"; rotation?: string | undefined };

/** How the workflow file gets into the repository. */
export type DeliverySettings = { kind: "commit"; message?: string | undefined } | { kind: "output" };

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
  repositories: RepositorySettings[];
}

/** Where settings come from: the engine's configuration map and what names the stack. */
export interface SettingsSource {
  /** All configuration of the stack, `namespace:key` to value; structured values as JSON, as the engine passes them. */
  config: Record<string, string>;
  project: string;
  stack: string;
  /** Process environment; only `GITHUB_OWNER` is read. */
  environment: Record<string, string | undefined>;
}

/**
 * Reads the settings of a stack.
 *
 * @throws SettingsError with every mistake. A value that looks like a credential is reported first, alone, and never printed.
 */
export function parseSettings(source: SettingsSource): Settings {
  const fail = (problems: Problem[]): never => {
    throw new SettingsError(source.stack, problems);
  };
  const credentials = [...findCredentials(ourValues(source.config)), ...findTailscaleConfiguration(source.config)];
  if (credentials.length > 0) fail(credentials);

  const raw = ourValues(source.config);
  const parsed = settingsSchema.safeParse(raw, { reportInput: true });
  const owner = githubOwner(source);
  const problems = [
    ...owner.problems,
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => describe(issue))),
  ];
  if (!parsed.success || owner.name === undefined) return fail(problems);

  problems.push(...findTagsOfAperture(parsed.data));
  const settings = normalise(parsed.data, owner.name, `${source.project}/${source.stack}`);
  problems.push(...findUntrustedExpressions(raw), ...settings.problems, ...findContradictions(settings.value));
  return problems.length > 0 ? fail(problems) : settings.value;
}

function githubOwner({ config, environment }: SettingsSource): { name?: string; problems: Problem[] } {
  const path = "github:owner";
  const configured = config[path];
  const fromEnvironment = environment.GITHUB_OWNER || undefined;
  // The provider lets the environment win over its argument, so two names would be a silent change of organisation.
  if (configured && fromEnvironment && configured.toLowerCase() !== fromEnvironment.toLowerCase()) {
    const message =
      `The stack says "${configured}" and the environment variable GITHUB_OWNER says "${fromEnvironment}"; the GitHub ` +
      "provider would follow the environment. Unset GITHUB_OWNER or make them equal.";
    return { problems: [{ path, message }] };
  }
  const name = configured ?? fromEnvironment;
  if (!name) {
    const message = "The owner of the repositories is missing. Run: pulumi config set github:owner ORGANISATION";
    return { problems: [{ path, message }] };
  }
  return { name, problems: [] };
}

function describe(issue: z.core.$ZodIssue, prefix: PropertyKey[] = []): Problem[] {
  const place = [...prefix, ...issue.path];
  if (issue.code === "invalid_union") {
    // An entry is a name or an object: speak of the form that the value has, not of both.
    const meant = issue.errors.find(
      (branch) => branch.length > 0 && !branch.some((i) => i.code === "invalid_type" && i.path.length === 0),
    );
    if (meant) return meant.flatMap((inner) => describe(inner, place));
  }
  if (issue.code === "unrecognized_keys" && place.length === 0) {
    return issue.keys.map((key) => ({
      path: path([key]),
      message: unknownKey(key, Object.keys(settingsSchema.shape)),
    }));
  }
  if (issue.code === "invalid_type" && issue.input === undefined) {
    return [{ path: path(place), message: `It is missing. ${issue.message}` }];
  }
  return [{ path: path(place), message: issue.message }];
}

function normalise(
  input: SettingsInput,
  githubOwner: string,
  stackOwner: string,
): { value: Settings; problems: Problem[] } {
  const problems: Problem[] = [];
  const workflow = { ...defaults.workflow, ...defined(input.workflow) };
  const models = input.models ?? defaults.models;

  const repositories = input.repositories.map((entry, index): RepositorySettings => {
    const repository: RepositoryInput = typeof entry === "string" ? { name: entry } : entry;
    const at = ["repositories", index];
    const slug = (name: string, place: PropertyKey[]): RepositorySlug => {
      const [owner, rest] = name.includes("/") ? (name.split("/", 2) as [string, string]) : [githubOwner, name];
      if (owner.toLowerCase() !== githubOwner.toLowerCase()) {
        const message = `"${name}" belongs to another owner than the GitHub provider's, "${githubOwner}". Use a stack per owner.`;
        problems.push({ path: path(place), message });
      }
      return `${githubOwner}/${rest}`;
    };
    const merged = { ...workflow, ...defined(repository.workflow) };
    const granted = repository.models ?? models;
    const model = chooseModel(merged.model, granted);
    if ("problem" in model) problems.push({ path: path([...at, "workflow", "model"]), message: model.problem });
    return {
      slug: slug(repository.name, typeof entry === "string" ? at : [...at, "name"]),
      formerly: (repository.formerly ?? []).map((name, i) => slug(name, [...at, "formerly", i])),
      tag: asTag(repository.tag ?? input.tag ?? defaults.tag),
      models: granted,
      identity: repository.identity ?? input.identity ?? defaults.identity,
      workflow: {
        presets: merged.presets,
        path: merged.path,
        runsOn: merged.runsOn,
        timeoutMinutes: merged.timeoutMinutes,
        adopt: merged.adopt,
        actions: merged.actions ?? {},
        ...defined({
          prompt: merged.prompt,
          environment: merged.environment,
          allowForks: merged.allowForks,
          joinTimeoutSeconds: merged.joinTimeoutSeconds,
          model: "name" in model ? model.name : undefined,
        }),
      },
      delivery: repository.delivery ?? input.delivery ?? defaults.delivery,
    };
  });

  return {
    problems,
    value: {
      githubOwner,
      aperture: {
        hostname: input.aperture?.hostname ?? defaults.hostname,
        ...defined({ device: input.aperture?.device }),
      },
      tagOwners: input.tagOwners ?? defaults.tagOwners,
      policy: {
        mode: input.policy?.mode ?? defaults.policy.mode,
        owner: input.policy?.owner ?? stackOwner,
        takeOver: input.policy?.takeOver ?? defaults.policy.takeOver,
        test: input.policy?.test ?? defaults.policy.test,
        shareTag: input.policy?.shareTag ?? defaults.policy.shareTag,
      },
      onUnavailable: input.onUnavailable ?? defaults.onUnavailable,
      repositories,
    },
  };
}

/** The model for `--model`, without its provider: what the grant allows and nothing else. */
function chooseModel(wanted: string | undefined, granted: string[]): { name?: string } | { problem: string } {
  if (wanted !== undefined) {
    return granted.some((pattern) => matchesModel(pattern, wanted))
      ? { name: withoutProvider(wanted) }
      : {
          problem: `The grant does not allow "${wanted}": its models are ${granted.join(", ")}. Add it to models, or choose another.`,
        };
  }
  const exact = granted.find(isExactModel);
  if (exact !== undefined) return { name: withoutProvider(exact) };
  if (granted.some(isWholeProvider)) return {};
  return {
    problem:
      `It is missing: the grant (${granted.join(", ")}) is narrower than a provider, and Claude Code's own default may lie ` +
      "outside. Name the model, such as anthropic/claude-sonnet-4-6.",
  };
}

function withoutProvider(model: string): string {
  return model.slice(model.indexOf("/") + 1);
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
    .map(({ name, place }) => ({ path: path(place), message: tagOfAperture(name) }));
}

/** What is right by itself and wrong together. */
function findContradictions({ repositories }: Settings): Problem[] {
  const problems: Problem[] = [];
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
      const message =
        `${slug} and ${other.slug} share ${tag} and so its grant, but want different models. Give one of them a tag of its own, ` +
        `such as ${tag}-${slug
          .slice(slug.indexOf("/") + 1)
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, "-")}.`;
      problems.push({ path: `${place}.models`, message });
    } else tags.set(tag, { slug, models: granted });
  });
  return problems;
}

/** The same object without keys that are undefined, so that spreading it does not erase a default. */
function defined<T extends object>(object: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
