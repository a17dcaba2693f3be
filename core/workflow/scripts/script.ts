/** What actions/github-script gives to a script, as far as ours use it. `process` and `JSON` are Node.js's own. */
import type { Texts } from "../texts.ts";

export interface Script {
  readonly github: GitHub;
  readonly core: Core;
  readonly context: Context;
  readonly exec: Exec;
  readonly process: {
    readonly env: Readonly<Record<string, string | undefined>>;
    getBuiltinModule(name: "fs"): {
      readFileSync(file: string, encoding: "utf8"): string;
      writeFileSync(file: string, text: string): void;
    };
  };
  /** Of the execution file: Claude's messages. */
  readonly JSON: { parse(json: string): Message[] };
  /** Messages of core/messages/. In the delivered text they stand where their names are here. */
  readonly text: Texts;
  /** Anything that has the form of a credential; stands in the delivered text as the expression itself. */
  readonly credentials: RegExp;
}

interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** https://github.com/actions/toolkit/tree/main/packages/core */
interface Core {
  info(message: string): void;
  /** Shown at the top of the run, as are a warning and an error. */
  notice(message: string): void;
  warning(message: string): void;
  /** Ends the step red and shows the message at the top of the run. */
  setFailed(message: string): void;
  setOutput(name: string, value: string | boolean): void;
  /** For the steps that follow. */
  exportVariable(name: string, value: string): void;
  getIDToken(audience: string): Promise<string>;
  readonly summary: { addRaw(markdown: string): { write(): Promise<unknown> } };
}

/** https://github.com/actions/toolkit/tree/main/packages/exec */
interface Exec {
  getExecOutput(
    command: string,
    args: readonly string[],
    options: { ignoreReturnCode: boolean; silent: boolean },
  ): Promise<{ exitCode: number; stdout: string }>;
}

interface Written {
  /** Null when the account was deleted. */
  readonly user: { readonly login: string } | null;
}

/** The event that started the run. https://docs.github.com/webhooks/webhook-events-and-payloads */
interface Context {
  readonly actor: string;
  readonly eventName: string;
  readonly repo: Repository;
  /** The issue or the pull request of the event. */
  readonly issue: { readonly number: number };
  readonly payload: {
    readonly comment?: Written & { readonly body: string; readonly created_at: string };
    /** Without a commit when that is gone. */
    readonly review?: Written & { readonly body: string | null; readonly commit_id: string | null };
    readonly issue?: Written & {
      readonly number: number;
      readonly title: string;
      readonly body: string | null;
      /** Whether the issue is a pull request's conversation. */
      readonly pull_request?: object;
    };
    readonly pull_request?: {
      readonly number: number;
      readonly title: string;
      readonly body: string | null;
      readonly head: { readonly sha: string };
    };
  };
}

/** A line of Claude Code's stream, as far as it is read here. https://code.claude.com/docs/en/agent-sdk/typescript */
interface Message {
  readonly type: string;
  readonly subtype?: string;
  /** Of the first: what is asked for. */
  readonly model?: string;
  /** Of the last, the `result`. */
  readonly result?: string;
  readonly errors?: readonly string[];
  readonly stop_reason?: string | null;
  /** 0: Claude Code answered by itself, as it does to a text that begins with `/`. */
  readonly num_turns?: number;
  readonly api_error_status?: number | null;
}

interface Comment {
  readonly id: number;
  readonly body?: string | undefined;
  readonly user: { readonly login: string } | null;
}

/** Of a pull request. Without a patch: binary, too large, or merely renamed. */
interface File {
  readonly status: string;
  readonly filename: string;
  /** Of a renamed one. */
  readonly previous_filename?: string;
  readonly patch?: string;
}

type Answer<Data> = Promise<{ data: Data }>;
type ListComments = (args: Repository & { issue_number: number; per_page: number }) => Answer<Comment[]>;
type ListFiles = (args: Repository & { pull_number: number; per_page: number }) => Answer<File[]>;

/** https://docs.github.com/rest */
interface GitHub {
  paginate(list: ListComments, args: Parameters<ListComments>[0]): Promise<Comment[]>;
  paginate(list: ListFiles, args: Parameters<ListFiles>[0]): Promise<File[]>;
  request(
    route: "GET /repos/{owner}/{repo}/activity",
    args: Repository & { ref: string; per_page: number },
  ): Answer<{ after: string; timestamp: string }[]>;
  readonly rest: {
    readonly issues: {
      readonly listComments: ListComments;
      createComment(args: Repository & { issue_number: number; body: string }): Answer<{ html_url: string }>;
      updateComment(args: Repository & { comment_id: number; body: string }): Answer<{ html_url: string }>;
    };
    readonly pulls: {
      readonly listFiles: ListFiles;
      get(args: Repository & { pull_number: number }): Answer<PullRequest>;
    };
    readonly repos: {
      getBranch(args: Repository & { branch: string }): Answer<unknown>;
      getCollaboratorPermissionLevel(args: Repository & { username: string }): Answer<{ permission: string }>;
    };
  };
}

interface PullRequest {
  readonly state: string;
  readonly merged: boolean;
  readonly labels: readonly { readonly name: string }[];
  readonly base: { readonly repo: { readonly id: number } };
  readonly head: {
    readonly ref: string;
    readonly sha: string;
    /** Null when a fork was deleted. */
    readonly repo: { readonly id: number; readonly name: string; readonly owner: { readonly login: string } } | null;
  };
}
