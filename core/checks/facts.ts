/** What was read for the checks, in their terms. Every fact is a value, or says why there is none. */
import type { DefaultBranch } from "../delivery/branch-rules.ts";
import type { FileDelivery } from "../delivery/file-delivery.ts";
import type { Pull } from "../delivery/proposal.ts";
import type { TailnetDevice } from "../policy/aperture-device.ts";
import type { Fragment, Mode } from "../policy/fragment.ts";
import type { RepositorySettings, RepositorySlug, Settings } from "../settings/settings.ts";
import type { ActionsPolicy } from "../workflow/allowed-actions.ts";
import type { CentralFile } from "../workflow/file.ts";
import type { OidcCustomization } from "../workflow/oidc.ts";
import type { PermissionSet } from "../workflow/permissions.ts";
import type { Inside } from "./inside-facts.ts";
import type { Followed, WorkflowRun } from "./run-facts.ts";

/** Nothing was read. The reason is for people, and holds no credential. */
export interface Unread {
  unread: string;
}

export type Fact<T> = T | Unread;

export function isUnread<T>(fact: Fact<T>): fact is Unread {
  return typeof fact === "object" && fact !== null && "unread" in fact;
}

/** What is read once for a stack. */
export interface StackFacts {
  /** The stack's name as commands are given it: `prod`, or `acme/claude-aperture/prod`. */
  stack: string;
  /** In milliseconds since 1970. */
  now: number;
  settings: Settings;
  setup: Fact<Setup>;
  policy: Fact<LivePolicy>;
  devices: Fact<readonly TailnetDevice[]>;
  /** Names of devices resolve in the tailnet. */
  magicDns: Fact<boolean>;
  credentials: Fact<TailnetCredentials>;
  central: readonly CentralFacts[];
  /** Absent where nobody asked. */
  inside?: Inside;
}

/** What the stack's state says was set up. */
export interface Setup {
  /** The id of the stack's claim; absent before the first `pulumi up`. */
  claim?: string;
  /** The policy entries as they were last written; absent where there are none. */
  fragment?: { access: Fragment; owner: string; mode: Mode };
  /** By the slug in lower case. */
  repositories: ReadonlyMap<string, RepositorySetup>;
  central: readonly CentralSetup[];
  /** The client ids of all credentials in the state. */
  clientIds: ReadonlySet<string>;
  /** When the policy entries were last changed, in milliseconds since 1970; absent where the state does not say. */
  changedAt?: number;
}

/** What the state has of one repository. */
export interface RepositorySetup {
  slug: RepositorySlug;
  file?: FileSetup;
  /** The credential that the file uses; absent where a central file has it. */
  credential?: CredentialSetup;
  /** Those that the file reads. */
  secrets: readonly SecretSetup[];
  /** When any of it was last changed, in milliseconds since 1970; absent where the state does not say. */
  changedAt?: number;
}

/** A workflow file as it was last delivered. */
export interface FileSetup {
  repository: RepositorySlug;
  /** GraphQL's node id of the repository. */
  repositoryId: string;
  path: string;
  /** Git's id of the text. */
  blob: string;
  delivery: FileDelivery;
  /** Of a caller: the file that it calls, and what it grants. */
  central?: CentralFile;
  permissions?: PermissionSet;
  /** The pull request that brings it, by number. */
  pullRequest?: number;
  /** What the last run left to be done, in words. */
  status?: string;
}

export interface CentralSetup {
  file: FileSetup & { branch?: string };
  /** The one identity of all callers; absent where each has its own. */
  credential?: CredentialSetup;
}

export interface CredentialSetup {
  clientId: string;
  kind: "federated" | "oauth";
  tags: readonly string[];
  subject?: string;
  rules?: Readonly<Record<string, string>>;
  issuer?: string;
  audience?: string;
}

export interface SecretSetup {
  name: string;
  /** When our last write was, in milliseconds since 1970; absent where the state does not say. */
  writtenAt?: number;
}

export interface LivePolicy {
  /** HuJSON. */
  text: string;
}

/** Those of a tailnet. */
export interface TailnetCredentials {
  listed: readonly TailnetCredential[];
  /** Our credential for the API sees all kinds, and all that is judged of each. */
  isWhole: boolean;
  /** Those of the stack that may not be seen: by their ids, why. */
  unseen: ReadonlyMap<string, string>;
}

/** A credential of the tailnet as it is now. What the API does not say is absent. */
export interface TailnetCredential {
  id: string;
  /** `auth`: an auth key, with which anybody joins who has it. */
  kind: "federated" | "oauth" | "auth";
  description: string;
  scopes: readonly string[];
  tags: readonly string[];
  subject?: string;
  rules?: Readonly<Record<string, string>>;
  issuer?: string;
  audience?: string;
  /** In milliseconds since 1970. */
  created?: number;
  updated?: number;
}

/** A central file and where it is. */
export interface CentralFacts {
  setup: CentralSetup;
  /** Undefined: no such file, or no such branch. */
  live: Fact<LiveText | undefined>;
  /** Undefined: it does not exist, or the credential cannot see it. */
  repository: Fact<CentralRepositoryNow | undefined>;
  proposal: Fact<Proposal>;
}

/** The branch that a stack delivers a file from, and the pull requests of it. */
export interface Proposal {
  pulls: readonly Pull[];
  /** Git's id of the file on the branch; absent where there is none. */
  blob?: string;
}

export interface CentralRepositoryNow {
  slug: RepositorySlug;
  /** The page for people. */
  url: string;
  /** Everybody may call its workflows. */
  isPublic: boolean;
  /** Who may: `none`, `organization`, and so on; absent of a public one, and where GitHub does not say. */
  access?: string;
}

export interface LiveText {
  blob: string;
  /** Absent where it is as it is to be, and was not read. */
  text?: string;
}

/** What is read of one repository. */
export interface RepositoryFacts {
  stack: StackFacts;
  settings: RepositorySettings;
  /** Undefined: the state has nothing of it. */
  setup: Fact<RepositorySetup | undefined>;
  /** Git's id of the file as the settings have it now; absent where that cannot be told. */
  wantedBlob?: string;
  /** Undefined: it does not exist, or the credential cannot see it: GitHub answers both alike. */
  github: Fact<LiveRepository | undefined>;
  oidc: Fact<OidcCustomization>;
  /** Of the branch that it is delivered to. Undefined: no file. */
  file: Fact<LiveText | undefined>;
  /** What is to bring the file; read where it is not as it is to be. */
  proposal: Fact<Proposal>;
  secrets: Fact<LiveSecrets>;
  /** `active`, `disabled_manually` and so on; undefined: GitHub knows no such workflow. */
  workflowState: Fact<string | undefined>;
  actions: Fact<ActionsPolicy>;
  /** Claude Code's settings files on the default branch. */
  settingsFiles: Fact<readonly SettingsFile[]>;
  /** Newest first. */
  runs: Fact<readonly WorkflowRun[]>;
  /** The run that was waited for; absent where none was. */
  followed?: Followed;
}

/** A repository as GitHub has it now. */
export interface LiveRepository {
  /** As GitHub spells it now; another one than asked after a rename or transfer. */
  slug: RepositorySlug;
  id: number;
  nodeId: string;
  ownerId: number;
  /** The page for people. */
  url: string;
  isPublic: boolean;
  archived: boolean;
  disabled: boolean;
  permission?: "ADMIN" | "MAINTAIN" | "WRITE" | "TRIAGE" | "READ";
  defaultBranch?: DefaultBranch;
}

export interface SecretFact {
  name: string;
  /** In milliseconds since 1970; absent where GitHub does not say. */
  updatedAt?: number;
}

export interface LiveSecrets {
  repository: readonly SecretFact[];
  /** Those that the organisation lets the repository have; absent where nobody asked. */
  organization?: Fact<readonly SecretFact[]>;
  /** Those of the environment of the jobs; absent where there is none. */
  environment?: Fact<readonly SecretFact[]>;
}

export interface SettingsFile {
  path: string;
  /** Absent where GitHub does not show it: of a binary file, and of one of more than half a megabyte. */
  text?: string;
}
