/** `claude_args` and settings as Claude Code reads them, as far as they decide where requests go and what is in them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import type { GitHubClient } from "../octokit.ts";

export interface Arguments {
  /** By name without dashes; a flag that stands alone is `true`. */
  flags: ReadonlyMap<string, string | true>;
  words: string[];
  /** The action's input, which it writes into the user's settings. */
  settingsInput: string;
}

export interface ClaudeTask extends Arguments {
  apiKey: string;
  prompt: string;
  context: Context;
  github: GitHubClient;
  fetch: typeof fetch;
  /** `classified`: by a model at an address that is not Aperture's. */
  inlineComments: "at once" | "classified";
}

export function readArguments(text: string, settingsInput: string): Arguments {
  const words = splitWords(text);
  const flags = new Map<string, string | true>();
  for (let at = 0; at < words.length; at++) {
    const name = /^--([\w-]+)$/.exec(words[at] ?? "")?.[1];
    if (!name) continue;
    const next = words[at + 1];
    const hasValue = next !== undefined && !/^--[\w-]+$/.test(next);
    flags.set(name, hasValue ? next : true);
    if (hasValue) at++;
  }
  return { flags, words, settingsInput };
}

/** Words as a shell splits them, with both kinds of quotes. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const parts = /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|[^\s'"\\]+/g;
  for (const [part, single, double, escaped] of text.matchAll(parts)) {
    if (/^\s/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + (single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? part);
  }
  return word === undefined ? words : [...words, word];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that lead requests elsewhere; with `CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST` they count nowhere but in the environment. */
const ofTheHost =
  /^(ANTHROPIC_(BASE_URL|API_KEY|AUTH_TOKEN|CUSTOM_HEADERS)|CLAUDE_CODE_USE_\w+|https?_proxy|HTTPS?_PROXY)$/;

/** The environment that Claude Code works with: its own, and over it that of settings, of which `--settings` wins. */
export function effectiveEnvironment({ flags, settingsInput }: Arguments, env: Environment): Environment {
  const sources = String(flags.get("setting-sources") ?? "user,project,local").split(",");
  const checkout = join(env.GITHUB_WORKSPACE ?? "", ".claude");
  const files = {
    user: [join(env.CLAUDE_CONFIG_DIR ?? join(env.HOME ?? "", ".claude"), "settings.json")],
    project: [join(checkout, "settings.json")],
    local: [join(checkout, "settings.local.json")],
  };
  const read = Object.entries(files).flatMap(([source, paths]) =>
    sources.includes(source) ? paths.map(readFile) : [],
  );
  const texts = [settingsInput, ...read, String(flags.get("settings") ?? "")];
  const isManaged = env.CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST === "1";
  const own = texts.flatMap((text) => Object.entries(environmentIn(text)));
  return { ...env, ...Object.fromEntries(own.filter(([name]) => !(isManaged && ofTheHost.test(name)))) };
}

function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function environmentIn(text: string): Record<string, string> {
  try {
    return (JSON.parse(text) as { env?: Record<string, string> }).env ?? {};
  } catch {
    return {};
  }
}
