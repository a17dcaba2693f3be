import { expect, it } from "vitest";
import { countWrites } from "../../sandbox/rehearsal/evidence.ts";
import { mistakes } from "../core/settings/mistakes.ts";
import { fail, oneRepository, type Stage, stage, succeed } from "./support.ts";

function previewWith({ project }: Stage, config: Record<string, unknown>): Promise<string> {
  project.configure((current) => {
    for (const key of Object.keys(current)) delete current[key];
    Object.assign(current, { "github:owner": "acme", ...config });
  });
  return fail(project, "preview");
}

const named = (way: string) => {
  const found = mistakes.find(([name]) => name === way);
  if (!found) throw new Error(`no mistake "${way}"`);
  return found;
};

/** Mistakes that one run can name together. */
const together = (config: Record<string, unknown>, ...ways: string[]): (typeof mistakes)[number] => [
  ways.join(", "),
  config,
  ways.flatMap((way) => named(way)[2]),
];

/** One for each way to a person; what YAML and the engine make of a value is the engine's own. */
const ways: typeof mistakes = [
  named("no key repositories"),
  named("repositories as null"),
  named("the key of the repositories misspelt"),
  named("different models under one tag"),
  // What is found in one pass: a path set as a name, other namespaces, a key deep inside, a type.
  together(
    {
      "claude-aperture:repositories": ["app"],
      "claude-aperture:workflow.model": "anthropic/x",
      "claude-apperture:models": ["anthropic/**"],
      "claude-aperture:workflow": { timeout: 5, runsOn: "windows-latest" },
      "claude-aperture:models": "anthropic/**",
      "github:owner": "https://github.com/acme",
    },
    "a path that was set as a name",
    "a setting under a misspelt namespace",
    "a near-miss key deep inside",
    "Windows",
    "models as one string",
    "the address of a page as owner",
  ),
  // Credentials are named first and alone.
  together(
    {
      "claude-aperture:repositories": ["app"],
      "github:token": "x",
      "github:appAuth": { id: "1", installationId: "2", pemFile: "x" },
      "tailscale:apiKey": "x",
    },
    "GitHub's token in clear",
    "the App's key in clear",
    "Tailscale's key in the stack",
  ),
];

it("a mistake in the settings reaches a person through the engine: once, whole, without a stack trace", async () => {
  const set = await stage();
  for (const [what, config, problems] of ways) {
    const output = await previewWith(set, config);
    for (const pattern of problems) {
      // The parser's messages are `path: message`; people read the path on a line of its own.
      const shown = new RegExp(pattern.source.replace("^", "").replace(": ", ":?\\s+"), pattern.flags);
      expect(output, what).toMatch(shown);
    }
    // The engine repeats the first line of an error in its progress; the whole stands under Diagnostics.
    const [, diagnostics = ""] = output.split("\nDiagnostics:\n");
    expect(diagnostics.match(/cannot be used; nothing was changed/g), what).toHaveLength(1);
    expect(output, what).not.toMatch(/^\s+at .*\.ts:\d+/m);
  }
  expect(countWrites(set.world)).toBe(0);
});

it("a warning reaches a person with its path, and stops nothing", async () => {
  const { project } = await stage({
    config: { ...oneRepository, "claude-aperture:models": ["anthropic/**", "openai/gpt-5"] },
  });
  expect(await succeed(project, "preview")).toMatch(
    /warning: claude-aperture:models\[1\]: "openai\/gpt-5" is nothing that Claude Code can speak to/,
  );
});

it("a token in the configuration is refused, also as a secret, with the way out, and stands nowhere", async () => {
  const { world, project } = await stage();
  const { exitCode } = await project.pulumi("config", "set", "--secret", "github:token", world.github.token);
  expect(exitCode).toBe(0);
  const output = await fail(project, "preview");
  expect(output).toMatch(/github:token[\s\S]*GITHUB_TOKEN/);
  expect(world.github.journal).toEqual([]);
});

it("an error that nobody foresaw is shown in words, once, without a stack trace, and the trace only on request", async () => {
  const door = JSON.stringify(new URL("../../stack/readable-error.ts", import.meta.url).pathname);
  const program = `import { toReadableError } from ${door};\nthrow toReadableError(new TypeError("x is not a function"));\n`;
  const { project } = await stage({ program });
  const output = await fail(project, "preview");
  const [, diagnostics = ""] = output.split("\nDiagnostics:\n");
  expect(diagnostics.match(/The program ended with an unexpected error/g)).toHaveLength(1);
  expect(output).not.toMatch(/^\s+at .*:\d+/m);
  expect(output).not.toContain("unhandled exception");
  expect(await fail(project, "preview", "--debug")).toMatch(/^\s+at .*:\d+/m);
});
