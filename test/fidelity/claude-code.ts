/** The real Claude Code, and the shell syntax of the Claude action's `claude_args`: from npm, pinned, fetched on demand. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory, makeOnce } from "../../sandbox/engine/cache.ts";
import { downloadEnvironment } from "../../sandbox/engine/environment.ts";
import { run, tail } from "../../sandbox/engine/process.ts";

/** What anthropics/claude-code-action installs at the commit that core/workflow/actions.ts pins (its src/entrypoints/run.ts). */
export const version = "2.1.240";

/** Hashes by platform: Linux, as the runners of the workflow are. Claude Code's main package only starts one of these. */
const claudeCode = {
  "linux-x64": "sha512-cyQBaMWj9svNFgO07Xu24CB2F/KMv/PTGm8KwX9mcOYR5m1VO7IQQ2HB+dWh6zG02FOfSeKLd/Rbw+wsuIecaA==",
  "linux-arm64": "sha512-pzI3/EiPTkORSy4YcKy9r7ICrl5KjDZJLvIh8H6dIWR4KFzXZ0CPZakRqtWNr79HzJCczAz1DiSzbipbqHvMUg==",
} as const;
/** The release in the action's bun.lock. */
const shellQuote = {
  name: "shell-quote",
  version: "1.8.4",
  integrity: "sha512-VsC6n6vz1ihYYyZZwX7YZSF5l5x36ca17OC+a69h94YqB7X6XLwf+5MOgynYir2SLFUbl8gIYvBo8K8RoNQ6bQ==",
};

/** Words of a command line; what is no word, such as a glob or an operator, is an object. */
export type SplitLikeShell = (text: string) => (string | { op?: string; pattern?: string })[];

export interface ClaudeCode {
  executable: string;
  split: SplitLikeShell;
}

/** @throws an Error that says why there is none: no network, no package for this platform, or another hash than the pinned. */
export async function claudeCodeInCache(): Promise<ClaudeCode> {
  const platform = `${process.platform}-${process.arch}`;
  const integrity = claudeCode[platform as keyof typeof claudeCode];
  if (integrity === undefined) throw new Error(`Claude Code ${version} is not pinned for ${platform}.`);
  const name = `@anthropic-ai/claude-code-${platform}`;
  const folder = join(cacheDirectory(), `claude-cli-${version}-${platform}`);
  await makeOnce(folder, (target) => install(target, [{ name, version, integrity }, shellQuote]));
  const { parse } = createRequire(join(folder, "/"))(shellQuote.name) as { parse: SplitLikeShell };
  return { executable: join(folder, "node_modules", name, "claude"), split: parse };
}

async function install(target: string, packages: { name: string; version: string; integrity: string }[]) {
  const home = await mkdtemp(join(tmpdir(), "npm-"));
  try {
    const npmSettings = Object.entries(process.env).filter(([name]) => /^npm_config_/i.test(name));
    const { exitCode, output } = await run(
      "npm",
      [
        ...["install", "--prefix", target, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        ...packages.map((each) => `${each.name}@${each.version}`),
      ],
      {
        cwd: home,
        environment: downloadEnvironment(Object.fromEntries(npmSettings) as Record<string, string>),
        limits: { totalMs: 300_000 },
      },
    );
    if (exitCode !== 0) throw new Error(`npm cannot install Claude Code ${version}: ${tail(output)}`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  const lock = JSON.parse(await readFile(join(target, "node_modules", ".package-lock.json"), "utf8"));
  for (const { name, integrity } of packages)
    if (lock.packages[`node_modules/${name}`]?.integrity !== integrity)
      throw new Error(`The registry has another ${name} than the pinned one.`);
}
