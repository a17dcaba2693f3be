/** What is read before the first `pulumi up`, for the checks of `npm run verify -- --before`. */
import type { CentralRepository } from "../delivery/central-checks.ts";
import type { SeenRepository } from "../delivery/repository-obstacles.ts";
import type { Device } from "../policy/aperture-device.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../settings/settings.ts";
import type { ActionsPolicy } from "../workflow/allowed-actions.ts";
import { type Fact, isUnread, type Unread } from "./facts.ts";

/** The service answered that the credential may not: that is an answer, too. */
export interface Refused extends Unread {
  refused: true;
}

export function isRefused<T>(fact: Fact<T>): fact is Refused {
  return isUnread(fact) && "refused" in fact;
}

/** Once for the stack. */
export interface BeforeFacts {
  stack: string;
  settings: Settings;
  /** The id of the stack's claim in the state: a `pulumi up` has been here before. */
  claim?: string;
  machine: MachineFacts;
  /** The GitHub provider's configuration, as text, from the project, the stack and the environment. */
  githubProvider: { legacyClient?: string; parallelRequests?: string };
  tailscale: TailscaleRights;
  tailnet: TailnetBefore;
  github: Fact<GitHubRights>;
  /** Repositories whose workflow file has the stack's name in its header. */
  workflows: readonly string[];
  central: readonly CentralBefore[];
}

export interface MachineFacts {
  /** Of the Node on PATH, on which `pulumi` runs the program: `24.21.0`. Undefined: none. */
  node: Fact<string | undefined>;
  /** Of the `pulumi` on PATH: `3.259.0`. Undefined: none. */
  engine: Fact<string | undefined>;
  /** The plugins that it has. */
  plugins: Fact<readonly Plugin[]>;
  /** Whether it downloads those that it lacks. */
  downloadsPlugins: boolean;
  /** Those that the program needs. */
  wanted: readonly Plugin[];
}

export interface Plugin {
  name: string;
  version: string;
}

export interface TailscaleRights {
  /** Unread: none is set, more than one is, or Tailscale does not accept it. */
  credential: Fact<{ kind: "apiKey" | "oauth" | "identityToken" | "audience"; clientId?: string }>;
  /** What a trust credential may do; undefined where nothing says so, as of an API key. */
  rights: Fact<{ scopes: readonly string[]; tags?: readonly string[] } | undefined>;
}

export interface TailnetBefore {
  /** HuJSON. */
  policy: Fact<string>;
  management: Fact<{ kind: "here" } | { kind: "elsewhere"; link: string } | { kind: "unseen" }>;
  /** What Tailscale says of the policy file with this stack's entries. */
  verdict: Fact<PolicyVerdict>;
  keys: Fact<readonly { id: string; description?: string | undefined }[]>;
  devices: Fact<readonly DeviceBefore[]>;
}

export interface DeviceBefore extends Device {
  /** Absent where the API does not say. */
  isOnline?: boolean;
}

export type PolicyVerdict =
  /** The entries are there already. */
  | { kind: "unchanged" }
  | { kind: "valid" }
  /** It cannot be edited, or Tailscale refuses the result; for people. */
  | { kind: "refused"; said: string };

/** What the credential for GitHub may do, as far as it can be read. */
export type GitHubRights =
  /** A classic token, or the login of `gh`. */
  | { kind: "scopes"; scopes: ReadonlySet<string> }
  /** An App's installation. */
  | { kind: "app"; permissions: Readonly<Record<string, string>> }
  /** A fine-grained token: GitHub does not say what one may do. */
  | { kind: "fine-grained" }
  /** A token of a job of GitHub Actions, or of an App that somebody else asked for. */
  | { kind: "installation-token" };

/** A repository with central workflows. */
export interface CentralBefore {
  slug: RepositorySlug;
  /** Undefined: it does not exist, or the credential cannot see it. */
  repository: Fact<CentralRepository | undefined>;
  /** Undefined in an empty repository. */
  branch?: string;
  callers: readonly { slug: string; isPublic: boolean; usesDefaultSubject: boolean }[];
}

/** Of one repository. */
export interface RepositoryBefore {
  stack: BeforeFacts;
  settings: RepositorySettings;
  /** Undefined: it does not exist, or the credential cannot see it. */
  github: Fact<SeenRepository | undefined>;
  /** Whether the credential may commit against a ruleset, by its id; absent where GitHub does not say. */
  bypasses: ReadonlyMap<number, boolean>;
  actions: Fact<ActionsPolicy>;
  /** The text at the workflow's path on the default branch; undefined: no file. */
  file: Fact<string | undefined>;
  /** Names of its Actions secrets. */
  secrets: Fact<readonly string[]>;
  /** Of the settings' environment. Undefined: there is none of the name. */
  environment: Fact<{ rules: readonly string[] } | undefined>;
}
