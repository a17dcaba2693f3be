/** The policy file's endpoints: https://tailscale.com/api#tag/policyfile */
import type { Context, Hono } from "hono";
import { parse } from "jsonc-parser";
import { ApiError, errorBody, readText } from "./answers.ts";
import { authorize } from "./authentication.ts";
import { InvalidPolicy } from "./policy/document.ts";
import { judgePolicy, judgeTests, readPolicy, unsyncedGroup, type Verdict } from "./policy/judge.ts";
import { digest } from "./secrets.ts";
import type { TailscaleState } from "./state.ts";

export interface PolicyStore {
  /** What is kept of a file that was sent: its text, or `hujson.Format` of it. The service does either. */
  store: "raw" | "canonical";
  /** `hujson.Format`. */
  format?: (text: string) => Promise<string>;
}

/** What a new tailnet has: everybody may reach everything. */
export const defaultPolicy = `// Example/default policy for unrestricted connections.
{
	"grants": [
		{"src": ["*"], "dst": ["*"], "ip": ["*"]},
	],
}
`;

const path = "/api/v2/tailnet/:tailnet/acl";

export function addPolicyRoutes(app: Hono, state: TailscaleState, { store, format }: PolicyStore): void {
  /** Of the canonical form (tailscale/tailscale, cmd/gitops-pusher), or of the text when no `format` was given. */
  const etag = async (text: string): Promise<string> => `"${digest(format ? await format(text) : text)}"`;

  const answer = async (c: Context, text: string): Promise<Response> => {
    c.header("ETag", await etag(text));
    if (c.req.header("accept")?.includes("application/json")) return c.json(parse(text));
    return c.body(text, 200, { "Content-Type": "application/hujson" });
  };

  app.get(path, async (c) => {
    authorize(state, c, "policy_file:read");
    const text = state.policy;
    if (c.req.query("details") !== "true") return answer(c, text);
    c.header("ETag", await etag(text));
    return c.json({ acl: Buffer.from(text).toString("base64"), ...details(text, state) });
  });

  app.post(path, async (c) => {
    authorize(state, c, "policy_file");
    // An empty body resets the file.
    const sent = (await readText(c)) || defaultPolicy;
    const verdict = judgePolicy(sent, state);
    if (verdict.kind === "invalid") throw new ApiError(400, verdict.message, verdict.findings);
    const kept = store === "canonical" && format ? await format(sent) : sent;
    const condition = c.req.header("if-match")?.trim().replaceAll('"', "");
    for (;;) {
      const current = state.policy;
      const holds =
        condition === undefined ||
        (condition === "ts-default" ? current === defaultPolicy : `"${condition}"` === (await etag(current)));
      if (!holds) throw new ApiError(412, "precondition failed, invalid old hash");
      // Nothing happens between this comparison and the assignment: of two writers with one ETag, one gets a 412.
      if (state.policy !== current) continue;
      state.policy = kept;
      return answer(c, kept);
    }
  });

  app.post(`${path}/validate`, async (c) => {
    authorize(state, c, "policy_file:read");
    const body = await readText(c);
    return c.json(validationBody(judgeBody(body, state)));
  });
}

/** An array is tests for the current file; an object is a hypothetical file. Throws 400 for anything else. */
function judgeBody(body: string, state: TailscaleState): Verdict {
  const first = /^(?:\s|\/\/.*\n|\/\*[\s\S]*?\*\/)*([\s\S])?/.exec(body)?.[1];
  if (first === "[") return judgeTests(body, state.policy, state);
  if (first === "{") return judgePolicy(body, state);
  if (first === undefined) throw new ApiError(400, "unexpected end of JSON input");
  throw new ApiError(400, `invalid character '${first}' looking for beginning of value`);
}

function validationBody(verdict: Verdict): object {
  if (verdict.kind === "invalid") return errorBody(verdict);
  return verdict.warnings.length > 0 ? errorBody({ message: "warning(s) found", findings: verdict.warnings }) : {};
}

function details(text: string, state: TailscaleState): { warnings: string[] | null; errors: string[] | null } {
  try {
    const warnings = readPolicy(text, state).unsyncedGroups.map(
      (group) => `${JSON.stringify(group)}: ${unsyncedGroup}`,
    );
    return { warnings: warnings.length > 0 ? warnings : null, errors: null };
  } catch (error) {
    if (!(error instanceof InvalidPolicy)) throw error;
    return { warnings: null, errors: [error.message] };
  }
}
