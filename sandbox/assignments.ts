/** The file that tells other shells of a running sandbox: `NAME='value'` lines for `source`, and for our own client. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the file is unless `--assignments` names another. */
export const usualAssignments = join(import.meta.dirname, "..", ".sandbox", "env");

/** Only its owner may read the file: who has the token in it can change the world. */
export function writeAssignments(path: string, environment: Record<string, string>): void {
  const quote = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${quote(value)}\n`);
  writeFileSync(path, lines.join(""), { mode: 0o600 });
}

/** Undefined where there is no such file. */
export function readAssignments(path: string): Record<string, string> | undefined {
  if (!existsSync(path)) return undefined;
  const found = readFileSync(path, "utf8").matchAll(/^(\w+)='((?:[^']|'\\'')*)'$/gm);
  return Object.fromEntries([...found].map(([, name = "", value = ""]) => [name, value.replaceAll("'\\''", "'")]));
}
