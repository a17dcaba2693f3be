/** The report as a file that may be sent to anybody: without a secret. */
import { accessSync, constants, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { hideSecrets } from "../../secrecy/hide.ts";
import type { KnownSecret } from "../../secrecy/known-secrets.ts";
import { compileSearch } from "../../secrecy/search.ts";
import { renderReport } from "./page.ts";
import type { Story } from "./story.ts";

/**
 * Looks before the rehearsal begins whether the file can be written when it ends.
 *
 * @returns what writes the report, and gives its address
 * @throws Error for a path at which no file can be
 */
export function openReport(path: string): (story: Story, secrets: readonly KnownSecret[]) => string {
  const file = resolve(path);
  const folder = statSync(dirname(file), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) throw new Error(`--report ${path}: there is no folder ${dirname(file)}`);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`--report ${path}: that is a folder`);
  accessSync(dirname(file), constants.W_OK);
  return (story, secrets) => {
    writeFileSync(file, renderSafely(story, secrets));
    return pathToFileURL(file).href;
  };
}

/** @throws Error rather than show a secret */
export function renderSafely(story: Story, secrets: readonly KnownSecret[]): string {
  const text = renderReport(hideSecrets(story, secrets));
  const [found] = compileSearch(secrets)(text);
  if (found) throw new Error(`The report would show a secret: ${found.secret} (${found.encoding})`);
  return text;
}
