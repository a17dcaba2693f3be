/** Which repositories share a central file, and what the files are called. */
import { createHash } from "node:crypto";
import { scopeOf } from "../settings/delivery-rules.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../settings/settings.ts";
import type { CentralFile } from "../workflow/file.ts";
import { flattenOwner } from "./owner-name.ts";

/** What decides a central file, key by key: two repositories with equal values share one. */
export type DecidingSettings = Readonly<Record<string, unknown>>;

/** A repository that calls a central file. */
export interface Caller {
  /** `owner/name` */
  readonly slug: string;
  readonly settings: DecidingSettings;
  /** Where the file is to be: a repository, and a branch of it. */
  readonly place: Pick<CentralFile, "repository" | "branch">;
}

export interface CentralGroup<Member extends Caller> {
  readonly file: CentralFile;
  readonly settings: DecidingSettings;
  /** In the order of their names. */
  readonly callers: readonly Member[];
}

/**
 * What of a repository's settings decides the text of its central file, or the one identity that such a file has in the scope
 * `organization`. Not where the caller is, what it replaces, or how often a client was renewed.
 */
export function pickDecidingSettings({
  tag,
  identity,
  workflow,
}: Pick<RepositorySettings, "tag" | "identity" | "workflow">): DecidingSettings {
  const { path: _path, adopt: _adopt, presets, ...others } = workflow;
  const scope = scopeOf(identity);
  return {
    tag,
    identity: identity.kind,
    scope,
    issuer: identity.kind === "federated" && scope === "organization" ? identity.issuer : undefined,
    presets: [...new Set(presets)].sort(),
    ...others,
  };
}

/**
 * The central files of a stack, in the order of their paths.
 *
 * A file's name depends on the stack's name, the stack's own settings and those of its callers, and on no other repository:
 * `claude-acme-prod.yml` for the stack's own settings, `claude-acme-prod.tag-ci-api.yml` where the tag is another. No two
 * stacks have a file of one name, whatever the case.
 *
 * @param owner the stack's name in marks and headers, `<project>/<stack>`.
 * @param common the stack's own settings.
 */
export function groupByCentralFile<Member extends Caller>(
  owner: string,
  common: DecidingSettings,
  callers: readonly Member[],
): CentralGroup<Member>[] {
  const groups = Map.groupBy(callers, ({ settings, place }) =>
    canonical([place.repository.toLowerCase(), place.branch, settings]),
  );
  const named = [...groups.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ first, members: members.toSorted(byName) }];
  });
  return nameFiles(named, owner, common, shortHash).sort((a, b) => compare(fullName(a.file), fullName(b.file)));
}

/** Seven digits tell hundreds of values apart; where two of a stack's files would still have one name, there are more. */
const shortHash = 7;

function nameFiles<Member extends Caller>(
  groups: readonly { first: Member; members: Member[] }[],
  owner: string,
  common: DecidingSettings,
  digits: number,
): CentralGroup<Member>[] {
  const files = groups.map(({ first: { place, settings }, members }) => ({
    file: { ...place, path: `.github/workflows/${nameFile(owner, common, settings, digits)}` },
    settings,
    callers: members,
  }));
  const names = new Set(files.map(({ file }) => fullName(file)));
  return names.size === files.length ? files : nameFiles(groups, owner, common, digits * 2);
}

function fullName({ repository, branch, path }: CentralFile): string {
  return `${repository.toLowerCase()} ${branch} ${path}`;
}

/** GitHub's limit is far above it; a name is read in lists of files and checks. */
const longestName = 100;

function nameFile(owner: string, common: DecidingSettings, own: DecidingSettings, digits: number): string {
  const keys = [...new Set([...Object.keys(common), ...Object.keys(own)])].sort();
  const parts = keys
    .filter((key) => canonical(own[key]) !== canonical(common[key]))
    .map((key) => nameValue(kebab(key), own[key], digits));
  // What differs has a hyphen, which the hash of an owner's name does not.
  const name = (suffix: readonly string[]) => `${[`claude-${flattenOwner(owner)}`, ...suffix].join(".")}.yml`;
  const whole = name(parts);
  return whole.length <= longestName ? whole : name([`settings-${hash(own, digits)}`]);
}

/** `tag-ci-api`, `runs-on-self-hosted_linux`, `no-model`, `prompt-0a1b2c3`. */
function nameValue(key: string, value: unknown, digits: number): string {
  if (value === undefined) return `no-${key}`;
  const words = (Array.isArray(value) ? value : [value]).map(String);
  // A dot only inside a number: behind any other a key begins.
  const isPlain = (word: string) => /^[a-z0-9](?:[a-z0-9-]|(?<=\d)\.(?=\d))*$/.test(word);
  const plain = words.map((word) => (key === "tag" ? word.replace(/^tag:/, "") : word));
  const text = plain.join("_");
  const isReadable = typeof value !== "object" || Array.isArray(value);
  return isReadable && plain.length > 0 && plain.every(isPlain) && text.length <= 40
    ? `${key}-${text}`
    : `${key}-${hash(value, digits)}`;
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function hash(value: unknown, digits: number): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, digits);
}

/** Equal for equal values, whatever the order of keys; a key without a value counts as absent. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => compare(a, b)))
        : part,
    ) ?? ""
  );
}

function byName(a: Caller, b: Caller): number {
  return compare(a.slug.toLowerCase(), b.slug.toLowerCase());
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The repositories in which central workflows are to be. */
export function listCentralRepositories({ repositories }: Pick<Settings, "repositories">): RepositorySlug[] {
  return [
    ...new Set(repositories.flatMap(({ delivery }) => (delivery.kind === "central" ? [delivery.repository] : []))),
  ];
}
