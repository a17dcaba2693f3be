/** The actions that workflows may use here: `../actions/<owner>/<name>`, as on GitHub. */
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { cacheDirectory } from "../../engine/cache.ts";
import type { ActionSettings } from "../network/network.ts";
import { isRecord, type Value } from "../rules/workflow-file.ts";

const standIns = join(import.meta.dirname, "../actions");

/** Why the step cannot run here: its action has no stand-in, or the stand-in does not have an input. Undefined for any other step. */
export async function findUnmodelled({ uses, with: given }: Record<string, Value>): Promise<string | undefined> {
  if (typeof uses !== "string" || uses.startsWith("./")) return undefined;
  const inputs = await inputsOf(uses);
  if (!inputs) return `Unable to resolve action ${uses}: the sandbox has no stand-in for it.`;
  const unknown = Object.keys(isRecord(given) ? given : {}).filter((name) => !inputs.includes(name.toLowerCase()));
  if (unknown.length === 0) return undefined;
  return `The sandbox's stand-in for ${uses} does not have the input ${unknown.join(", ")}.`;
}

async function inputsOf(uses: string): Promise<string[] | undefined> {
  const [name = ""] = uses.split("@");
  if (!/^[\w.-]+\/[\w.-]+$/.test(name)) return undefined;
  const text = await readFile(join(standIns, name.toLowerCase(), "action.yml"), "utf8").catch(() => undefined);
  const action = text === undefined ? undefined : (parse(text) as { inputs: object });
  return action && Object.keys(action.inputs);
}

/** `action.yml` as it is, and for each script that it names one that runs ours from where its packages are. */
export async function placeStandIn(uses: string, folder: string, settings: ActionSettings): Promise<void> {
  const source = join(standIns, uses.split("@")[0]?.toLowerCase() ?? "");
  await mkdir(folder, { recursive: true });
  await copyFile(join(source, "action.yml"), join(folder, "action.yml"));
  for (const name of (await readdir(source)).filter((one) => /^(main|post)\.ts$/.test(one))) {
    const module = JSON.stringify(pathToFileURL(join(source, name)).href);
    const text = `import { enableCompileCache } from "node:module";
enableCompileCache(${JSON.stringify(join(cacheDirectory(), "compiled"))});
const { run } = await import(${module});
await run(${JSON.stringify(settings)});
`;
    await writeFile(join(folder, name.replace(/ts$/, "mjs")), text);
  }
}
