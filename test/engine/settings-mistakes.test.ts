import { expect, it } from "vitest";
import { writeCount } from "../../sandbox/rehearsal/evidence.ts";
import { mistakes } from "../core/settings/mistakes.ts";
import { fail, type Stage, stage } from "./support.ts";

/** Problems of a configuration that the engine itself refuses, since Pulumi.yaml declares `repositories`. */
const refusedByEngine = new Set(["no key repositories"]);

function previewWith({ project }: Stage, config: Record<string, unknown>): Promise<string> {
  project.configure((current) => {
    for (const key of Object.keys(current)) delete current[key];
    Object.assign(current, { "github:owner": "acme", ...config });
  });
  return fail(project, "preview");
}

/** One for each way to a person: the engine's own check, a type, a key, another provider's key, two repositories, a secret. */
const ways = [
  "no key repositories",
  "repositories as a string",
  "a near-miss key deep inside",
  "another owner",
  "different models under one tag",
  "an outsider's text in a prompt",
  "Tailscale's key in the stack",
  "many at once",
];

it("a mistake in the settings reaches a person through the engine: once, whole, without a stack trace", async () => {
  const set = await stage();
  for (const way of ways) {
    const [what, config, problems] = mistakes.find(([name]) => name === way) ?? [way, {}, []];
    expect(problems, what).not.toEqual([]);
    const output = await previewWith(set, config);
    if (refusedByEngine.has(what)) {
      expect(output, what).toContain("missing configuration value 'repositories'");
      continue;
    }
    for (const pattern of problems) {
      // The parser's messages are `path: message`; people read the path on a line of its own.
      const shown = new RegExp(pattern.source.replace(": ", ":?\\s+"), pattern.flags);
      expect(output, what).toMatch(shown);
    }
    // The engine repeats the first line of an error in its progress; the whole stands under Diagnostics.
    const [, diagnostics = ""] = output.split("\nDiagnostics:\n");
    expect(diagnostics.match(/cannot be used; nothing was changed/g), what).toHaveLength(1);
    expect(output, what).not.toMatch(/^\s+at .*\.ts:\d+/m);
  }
  expect(writeCount(set.world)).toBe(0);
});
