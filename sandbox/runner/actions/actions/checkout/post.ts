/** Takes the token out of Git's configuration again. */

import { setCredentials } from "../../git.ts";
import * as core from "../../toolkit.ts";

export async function run(): Promise<void> {
  const folder = core.getState("folder");
  if (folder) await setCredentials(folder, process.env.GITHUB_SERVER_URL ?? "", undefined);
}
