/** Git in a checkout, with nobody's configuration but the checkout's own. */
import { getExecOutput } from "@actions/exec";

/** What the command prints. Throws with what it complains of. */
export async function git(folder: string, args: readonly string[]): Promise<string> {
  const env = {
    ...inherited(),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    HOME: process.env.RUNNER_TEMP ?? "",
  };
  const options = { cwd: folder, env, silent: true, ignoreReturnCode: true };
  const { exitCode, stdout, stderr } = await getExecOutput("git", [...args], options);
  if (exitCode !== 0) throw new Error(`The process 'git' failed with exit code ${exitCode}: ${stderr.trim()}`);
  return stdout;
}

/** GitHub is on this machine, and no proxy is asked for it. */
const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^(https?|all)_proxy$/i.test(name) ? [] : [[name, value] as const],
    ),
  );

/** As actions/checkout has it: a header in the checkout's configuration; without a token it is taken out. */
export async function setCredentials(folder: string, serverUrl: string, token: string | undefined): Promise<void> {
  const key = `http.${serverUrl}/.extraheader`;
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  if (token !== undefined) await git(folder, ["config", "--local", key, `AUTHORIZATION: basic ${basic}`]);
  else await git(folder, ["config", "--local", "--unset-all", key]).catch(() => {});
}
