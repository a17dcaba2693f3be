import { expect, it } from "vitest";
import { writeCount } from "../../sandbox/rehearsal/evidence.ts";
import { mistakes } from "../core/settings/mistakes.ts";
import { fail, oneRepository, type Stage, stage, succeed } from "./support.ts";

function previewWith({ project }: Stage, config: Record<string, unknown>): Promise<string> {
  project.configure((current) => {
    for (const key of Object.keys(current)) delete current[key];
    Object.assign(current, { "github:owner": "acme", ...config });
  });
  return fail(project, "preview");
}

/**
 * One for each way to a person: what the engine could answer first, a value that YAML makes something else of, a type, a key,
 * another provider's key, two repositories, a secret, and the text for many.
 */
const ways = [
  "no key repositories",
  "repositories as null",
  "an entry without a value",
  "the key of the repositories misspelt",
  "the repositories in another namespace",
  "a repository that is set as a name",
  "a name that YAML takes for a number",
  "repositories as a string",
  "a near-miss key deep inside",
  "another owner",
  "different models under one tag",
  "an outsider's text in a prompt",
  "GitHub's token in clear",
  "the App's key in clear",
  "the address of a page as owner",
  "Tailscale's key in the stack",
  "many at once",
];

it("a mistake in the settings reaches a person through the engine: once, whole, without a stack trace", async () => {
  const set = await stage();
  for (const way of ways) {
    const [what, config, problems] = mistakes.find(([name]) => name === way) ?? [way, {}, []];
    expect(problems, what).not.toEqual([]);
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
  expect(writeCount(set.world)).toBe(0);
});

it("a warning reaches a person with its path, and stops nothing", async () => {
  const { project } = await stage({
    config: { ...oneRepository, "claude-aperture:models": ["anthropic/**", "openai/gpt-5"] },
  });
  expect(await succeed(project, "preview")).toMatch(
    /warning: claude-aperture:models\[1\]: "openai\/gpt-5" is nothing that Claude Code can speak to/,
  );
});

it("a token that is set as a secret is taken, and stands nowhere", async () => {
  const { world, project } = await stage();
  const { exitCode } = await project.pulumi("config", "set", "--secret", "github:token", world.github.token);
  expect(exitCode).toBe(0);
  await succeed(project, "preview");
});

it("an error that nobody foresaw is shown in words, once, without a stack trace, and the trace only on request", async () => {
  const { project } = await stage({
    environment: {
      GITHUB_APP_PEM_FILE: "made-up text that is no key",
      GITHUB_APP_ID: "1",
      GITHUB_APP_INSTALLATION_ID: "2",
      GITHUB_TOKEN: "",
    },
  });
  const output = await fail(project, "preview");
  const [, diagnostics = ""] = output.split("\nDiagnostics:\n");
  expect(diagnostics.match(/The program ended with an error that it does not know/g)).toHaveLength(1);
  expect(output).not.toMatch(/^\s+at .*:\d+/m);
  expect(output).not.toContain("unhandled exception");
  expect(await fail(project, "preview", "--debug")).toMatch(/^\s+at .*:\d+/m);
});
