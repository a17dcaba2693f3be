/** One run of `npm run verify`: from its arguments to what it prints. */
import { beforeTable } from "../../core/checks/before-table.ts";
import { isUnread } from "../../core/checks/facts.ts";
import { chooseRows, judge } from "../../core/checks/judge.ts";
import { summarise } from "../../core/checks/summary.ts";
import { table } from "../../core/checks/table.ts";
import { disarmCommands, escapeMessage } from "../../core/messages/printable.ts";
import { redact } from "../../core/messages/redact.ts";
import { SettingsError } from "../../core/settings/problem.ts";
import type { RepositorySettings, Settings } from "../../core/settings/settings.ts";
import { ProxyError } from "../../services/proxy.ts";
import { ArgumentError, type Arguments, parseArguments, usage } from "./arguments.ts";
import { readBefore } from "./before/read.ts";
import { type Connections, connect, explainGitHubError } from "./connections.ts";
import { FollowError, type FollowOptions, tryPullRequest, watchRun } from "./follow/index.ts";
import { type Progress, startProgress } from "./progress.ts";
import { type Question, read } from "./read.ts";
import { type Machine, thisMachine } from "./read-inside.ts";
import { renderers } from "./render/index.ts";
import { FilesError, readSettings, readStackFiles, type StackFiles } from "./settings.ts";
import { Engine, readExport } from "./state.ts";

export interface Surroundings {
  /** The folder of the project. */
  directory: string;
  environment: Record<string, string | undefined>;
  stdout: { write(text: string): unknown };
  stderr: { isTTY?: boolean; write(text: string): unknown };
  /** Default: this one. */
  machine?: Machine;
  /** Calls the listener when somebody interrupts; what it returns takes the listener away. Default: nobody does. */
  onInterrupt?: (listener: () => void) => () => void;
  /** Between two looks at a run, in milliseconds. Default 5000. */
  pauseMs?: number;
}

/** It could not be checked: what is wrong, for people. */
class Uncheckable extends Error {}

/** The exit code: 0 in order, 1 something is broken, 2 it could not be checked. */
export async function verify(args: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { stdout, stderr, environment } = surroundings;
  const print = (text: string) => disarmCommands(redact(text, secretsIn(environment)));
  try {
    const parsed = parseArguments(args);
    if (parsed === "help") {
      stdout.write(usage);
      return 0;
    }
    const { text, exitCode } = await check(parsed, surroundings);
    stdout.write(print(text));
    return exitCode;
  } catch (error) {
    stderr.write(print(`${escapeMessage(explain(error))}\n`));
    return 2;
  }
}

/** Where nobody expected it, with the place in the program: 1 would say that something of the stack is broken. */
function explain(error: unknown): string {
  const expected = [ArgumentError, FilesError, SettingsError, ProxyError, Uncheckable];
  if (!(error instanceof Error)) return String(error);
  const isExpected = expected.some((kind) => error instanceof kind);
  return isExpected
    ? error.message
    : `It could not be checked, by a mistake of this program. ${error.stack ?? error.message}`;
}

async function check(parsed: Arguments, surroundings: Surroundings) {
  const { directory, environment, stderr, machine = thisMachine } = surroundings;
  const engine = new Engine(directory, environment);
  const named = parsed.stack ?? (await engine.findSelectedStack());
  if (isUnread(named)) throw new Uncheckable(`${named.unread} Name the stack: npm run verify -- --stack NAME`);
  const stack = named.split("/").at(-1) ?? "";
  const files = readStackFiles(directory, stack);
  const settings = readSettings(files, environment);
  const repositories = chooseRepositories(settings, parsed.repositories);
  const progress = startProgress(stderr, `Checking stack ${stack} ...`);
  try {
    const exported = parsed.state === undefined ? await engine.exportState(named) : readExport(parsed.state);
    const connections = connect({
      environment,
      githubUrl: files.config["github:baseUrl"],
      tell: (line) => progress.say(line),
    });
    const followed = await follow(parsed, surroundings, { connections, settings, repositories, progress });
    // In a command, `prod` alone may be another organisation's.
    const question = { stack: named, settings, repositories, exported, aperture: parsed.aperture, followed };
    const results = parsed.before
      ? await judgeBefore(question, files, connections, progress)
      : await judgeAfter(question, connections, machine, progress);
    const summary = summarise(
      results,
      repositories.map(({ slug }) => slug),
    );
    return {
      text: connections.tailnet.redact(renderers[parsed.format]({ stack, results, summary, isBefore: parsed.before })),
      exitCode: summary.exitCode,
    };
  } finally {
    progress.end();
  }
}

/** Waits for a run, if that is asked for. What was opened for it is closed again, also when somebody interrupts. */
async function follow(
  { follow: way }: Arguments,
  { onInterrupt = () => () => {}, pauseMs = 5000 }: Surroundings,
  { repositories, ...rest }: Omit<FollowOptions, "repository" | "signal" | "pauseMs"> & Pick<Question, "repositories">,
) {
  if (way === undefined) return undefined;
  const [repository, ...others] = repositories;
  if (!repository || others.length > 0) throw new Uncheckable(`--${way} is for one repository: name it behind it.`);
  const interrupted = new AbortController();
  const forget = onInterrupt(() => interrupted.abort(new Uncheckable("Interrupted.")));
  try {
    const options = { ...rest, repository, pauseMs, signal: interrupted.signal };
    const followed = await (way === "watch" ? watchRun(options) : tryPullRequest(options));
    interrupted.signal.throwIfAborted();
    return followed;
  } catch (error) {
    if (interrupted.signal.aborted) throw interrupted.signal.reason;
    const said = error instanceof FollowError ? error.message : explainGitHubError(error);
    throw said === undefined ? error : new Uncheckable(said);
  } finally {
    forget();
  }
}

async function judgeBefore(question: Question, files: StackFiles, connections: Connections, progress: Progress) {
  const { stack, repositories } = await readBefore(question, files, connections, progress);
  return judge(beforeTable, stack, repositories);
}

async function judgeAfter(question: Question, connections: Connections, machine: Machine, progress: Progress) {
  const { stack, repositories } = await read(question, connections, machine, progress);
  return judge(chooseRows(table, ["after", "run", "inside"]), stack, repositories);
}

/** Those that were named, as `app` or `acme/app`, each once; all of the stack where none was. */
function chooseRepositories(settings: Settings, names: readonly string[]): RepositorySettings[] {
  if (names.length === 0) return settings.repositories;
  const found = names.map((name) => {
    const slug = (name.includes("/") ? name : `${settings.githubOwner}/${name}`).toLowerCase();
    const one = settings.repositories.find((repository) => repository.slug.toLowerCase() === slug);
    if (!one) throw new Uncheckable(`${name} is not a repository of this stack.`);
    return one;
  });
  return [...new Set(found)];
}

/** Values of the environment that are credentials, by their names. */
function secretsIn(environment: Record<string, string | undefined>): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value && /TOKEN|SECRET|API_KEY|PEM|PASSPHRASE|PASSWORD/.test(name) ? [value] : [],
  );
}
