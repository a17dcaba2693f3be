/** What a person reads of a run that failed. */
import { expect } from "vitest";
import { toPlainText } from "../../core/messages/entry.ts";
import type { ProviderError } from "../../core/messages/provider-errors.ts";
import type { World } from "../../sandbox/world.ts";

/** The lines of the section "Diagnostics", blank ones left out; of the whole output where the engine did not get so far. */
export function diagnostics(output: string): string[] {
  const [before = "", section] = output.split("\nDiagnostics:\n");
  const text = section === undefined ? before : section.split(/\n(?=(Outputs|Resources|Duration|Policies):?)/)[0];
  return (text ?? "").split("\n").filter((line) => line.trim() !== "");
}

/** The blocks of the section, by the resource in their heading. */
export function blocks(output: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of diagnostics(output)) {
    const heading = /^ {2}\S+ \((.+)\):$/.exec(line)?.[1];
    if (heading === undefined) current.push(line);
    else {
      current = found.get(heading) ?? [];
      found.set(heading, current);
    }
  }
  return found;
}

/** How often a run explains something with this entry. */
export function timesExplained(output: string, entry: ProviderError): number {
  const text = diagnostics(output)
    .map((line) => line.trim())
    .join("\n");
  return text.split(`Cause: ${toPlainText(entry.cause)}.\nFix: ${toPlainText(entry.fix)}.`).length - 1;
}

/** An error is short, shows no stack of ours and none of the secrets. */
export function expectReadable(lines: string[], secrets: string[]): void {
  const text = lines.join("\n");
  expect(lines.length, text).toBeLessThan(15);
  expect(text).not.toMatch(/^\s+at .*(\.[cm]?[jt]s:\d+|node:internal)/m);
  for (const secret of secrets) expect(text).not.toContain(secret);
}

/** The credentials with which a run reaches this world. */
export function secretsOf({ environment }: World): string[] {
  return [environment.TAILSCALE_API_KEY, environment.GITHUB_TOKEN].map(String);
}
