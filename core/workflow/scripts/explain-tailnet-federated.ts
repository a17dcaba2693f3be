import type { Script } from "./script.ts";

/**
 * Why the runner did not join with a federated identity, as the variable `CAUSE`: Tailscale's words are in the log of the
 * action alone, so its request is sent once more. Needs `CLIENT_ID` and `AUDIENCE`, which are no secrets.
 */
export async function explainTailnet({ core, exec, process, text }: Script): Promise<void> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL, AUDIENCE = "", CLIENT_ID = "" } = process.env;
  core.exportVariable("CAUSE", await findCause());

  async function findCause() {
    const options = { ignoreReturnCode: true, silent: true };
    const { stdout } = await exec.getExecOutput("sudo", ["tailscale", "status", "--json"], options);
    if (/"BackendState": "Running"/.test(stdout)) return text.noPing;
    if (!ACTIONS_ID_TOKEN_REQUEST_URL) return text.noIdToken;
    if (!AUDIENCE.endsWith(`/${CLIENT_ID}`)) return text.otherAudience;
    const jwt = await core.getIDToken(AUDIENCE);
    const body = new URLSearchParams({ client_id: CLIENT_ID, jwt });
    const exchange = "https://api.tailscale.com/api/v2/oauth/token-exchange";
    const signal = AbortSignal.timeout(20_000);
    const answer = await fetch(exchange, { method: "POST", body, signal }).catch(() => undefined);
    if (!answer) return text.noTailscale;
    core.info(`${answer.status} for ${Buffer.from(jwt.split(".")[1] ?? "", "base64url")}`);
    return answer.ok ? text.tagRefused : text.tokenRefused;
  }
}
