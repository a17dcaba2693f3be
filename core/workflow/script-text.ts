/** The files of scripts/ as the text of steps. The one place in core/ that reads files: its own. */
import { readFileSync } from "node:fs";
import { credentialForms } from "../messages/redact.ts";
import { type Texts, texts } from "./texts.ts";

/** Scripts for actions/github-script: names of files in scripts/, without `.ts`. */
export type ScriptName =
  | "check-access"
  | "check-scope"
  | "collect-pull-request"
  | "explain-tailnet-federated"
  | "explain-tailnet-oauth"
  | "report";
/** Scripts for Bash: names of files in scripts/, without `.sh`. */
export type ShellName = "check-runner" | "ask-aperture";

/** Comments stay in the files here: hundreds of repositories need none. Lines that are indented with the code count too. */
const comments = { ts: /^ *\/\/.*\n/gm, sh: /^ *#.*\n/gm };

/** What `credentials` is in a script. */
export const credentials = new RegExp(credentialForms.join("|"), "g");

/**
 * The body of the one function that the file exports, with the messages and the expression that it names put in. It is
 * JavaScript as it stands: types are in the signature alone. Nothing of an event or of the settings is part of it.
 */
export function scriptText(name: ScriptName): string {
  const body = /^export async function \w+\([\s\S]*?\): Promise<void> \{\n([\s\S]*)^\}\n/m.exec(
    read(`${name}.ts`),
  )?.[1];
  if (body === undefined) throw new Error(`scripts/${name}.ts exports no async function without a result.`);
  return body
    .replace(comments.ts, "")
    .replace(/^ {2}/gm, "")
    .replace(/^\n/gm, "")
    .replace(/\btext\.(\w+)/g, (_, text: keyof Texts, at: number, whole: string) => {
      const indent = /^ */.exec(whole.slice(whole.lastIndexOf("\n", at) + 1))?.[0] ?? "";
      return JSON.stringify(texts[text], undefined, 2).replaceAll("\n", `\n${indent}`);
    })
    .replace(/\bcredentials\b/g, () => String(credentials));
}

/** The file, with messages put in for variables of their names; a `{name}` in a message is a variable again. */
export function shellText(name: ShellName): string {
  return read(`${name}.sh`)
    .replace(comments.sh, "")
    .replace(/\$(\w+)(?=")/g, (variable, text: keyof Texts) => {
      const message = texts[text] as string | undefined;
      if (message === undefined) return variable;
      if (/["$`\\!]/.test(message)) throw new Error(`Bash would not take the message ${text} as it is.`);
      return `${message.replace(/\{(\w+)\}/g, "$$$1")}`;
    });
}

function read(file: string): string {
  return readFileSync(new URL(`scripts/${file}`, import.meta.url), "utf8");
}
