/** The scripts of scripts/ as text for `script:` of actions/github-script. The one place in core/ that reads files: its own. */
import { readFileSync } from "node:fs";

/** Names of the files in scripts/, without `.ts`. */
export type ScriptName = "check-access";

/**
 * The body of the one function that the file exports. It is JavaScript as it stands: types are in the signature alone.
 * Comments stay here: hundreds of repositories need none of them.
 */
export function scriptText(name: ScriptName): string {
  const source = readFileSync(new URL(`scripts/${name}.ts`, import.meta.url), "utf8");
  const body = /^export async function \w+\([\s\S]*?\): Promise<void> \{\n([\s\S]*)^\}\n/m.exec(source)?.[1];
  if (body === undefined) throw new Error(`scripts/${name}.ts exports no async function without a result.`);
  return body.replace(/^ *\/\/.*\n/gm, "").replace(/^ {2}/gm, "");
}
