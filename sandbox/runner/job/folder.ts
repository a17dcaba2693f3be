/** The folder of one job: what act reads, the stand-in actions, a home and a PATH of its own. */
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findOnPath } from "../../engine/process.ts";
import type { ActionSettings } from "../network/network.ts";
import { placeStandIn } from "./stand-ins.ts";

export interface JobFolder {
  /** act's arguments for the files in it. */
  args: string[];
  /** Its own programs first, then Node, which runs the actions, then what the machine has. */
  searchPath: string;
  home: string;
}

export interface FolderContent {
  workflow: string;
  event: object;
  secrets: Readonly<Record<string, string>>;
  variables: Readonly<Record<string, string>>;
  environment: Readonly<Record<string, string>>;
  /** `owner/name@ref` of the actions that have a stand-in. */
  actions: readonly string[];
  /** What the stand-in actions get beside their inputs. */
  settings: ActionSettings;
}

/** Fills the folder `path`, which is there and empty. */
export async function createFolder(path: string, content: FolderContent): Promise<JobFolder> {
  const [work, home, bin] = [join(path, "work"), join(path, "home"), join(path, "bin")];
  for (const folder of [work, home, bin]) await mkdir(folder);
  // What act reads of its own accord, if it is there, is then never somebody else's.
  const files = {
    "workflow.yml": content.workflow,
    "event.json": JSON.stringify(content.event),
    "secrets.yml": JSON.stringify(content.secrets),
    "vars.yml": JSON.stringify(content.variables),
    "env.yml": JSON.stringify(content.environment),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(work, name), text, { mode: 0o600 });
  await writeProgram(join(bin, "sudo"), sudo);
  await writeProgram(join(bin, "curl"), curl(content.settings.egress, bin));
  for (const name of ["bash", "sh"]) {
    const [program] = await findOnPath(name, process.env.PATH);
    if (program) await writeProgram(join(bin, name), shell(program));
  }
  await symlink(process.execPath, join(bin, "node"));
  const actions = await Promise.all(
    [...new Set(content.actions)].map(async (uses) => {
      const folder = join(path, "actions", uses.replaceAll("/", "+"));
      await placeStandIn(uses, folder, content.settings);
      return `--local-repository=${uses}=${folder}`;
    }),
  );
  return {
    home,
    searchPath: [bin, dirname(process.execPath), process.env.PATH ?? ""].join(":"),
    args: [
      ...["--directory", work, "--workflows", "workflow.yml", "--eventpath", "event.json"],
      ...["--secret-file", "secrets.yml", "--var-file", "vars.yml", "--env-file", "env.yml"],
      ...["--action-cache-path", join(path, "act"), ...actions],
    ],
  };
}

/** On a runner of GitHub's, sudo asks for no password and needs no terminal; a job here is whoever started us. */
const sudo = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    -E | -n | --preserve-env | --non-interactive | --) shift ;;
    *) break ;;
  esac
done
exec "$@"
`;

/** Ends the last line of a step's script, which act loses without an end. What the step itself starts gets the shell as it is. */
const shell = (program: string): string => `#!${program}
case $* in
  */workflow/*.sh) '${program}' "$@"; code=$?; echo; exit $code ;;
  *) exec '${program}' "$@" ;;
esac
`;

const curl = (egress: string, folder: string): string => `#!/bin/sh
exec '${process.execPath}' '${join(import.meta.dirname, "../network/curl.ts")}' ${egress} '${folder}' "$@"
`;

async function writeProgram(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}
