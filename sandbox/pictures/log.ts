/** A morning at the gateway, for the picture of its log: real requests to the stand-in, at made-up times. */
import { type Caller, frontHeaders, startAperture } from "../aperture/index.ts";

interface Request {
  after: number;
  tag: string;
  repository: string;
  run: string;
  number: string;
  model: string;
  /** Characters of the prompt. */
  length: number;
  /** The role is missing in the grant. */
  hasNoRole?: true;
  /** The provider has too much to do. */
  isOverload?: true;
}

const sonnet = "claude-sonnet-4-6";
const app = { tag: "tag:ci", repository: "acme/app", model: sonnet };
const api = { tag: "tag:ci-api", repository: "acme/api", number: "57" };
const web = { tag: "tag:ci", repository: "acme/web", number: "9", model: sonnet };

const morning: Request[] = [
  { ...app, after: 12, run: "19417720431", number: "128", length: 9_004 },
  { ...app, after: 99, run: "19417720431", number: "128", length: 10_923 },
  { ...api, after: 60, run: "19417731207", model: "claude-opus-5", length: 7_000 },
  { ...api, after: 108, run: "19417731388", model: sonnet, length: 9_324 },
  { ...web, after: 76, run: "19417745002", length: 8_000, hasNoRole: true },
  { ...app, after: 52, run: "19417750119", number: "129", length: 8_000, isOverload: true },
  { ...app, after: 95, run: "19417752640", number: "129", length: 46_444 },
  { ...web, after: 91, run: "19417760077", length: 77_804 },
];

/** The page at `/admin/` after that morning. */
export async function renderMorning(): Promise<string> {
  const admin = { node: "laptop", login: "alice@acme.example", tags: [], address: "100.64.0.2" };
  const aperture = await startAperture({ direct: { ...admin, capabilities: [{ role: "admin" }] } });
  const { state, url, frontSecret } = aperture;
  let now = Date.parse("2026-11-26T08:03:00Z");
  state.now = () => new Date(now);
  for (const { after, tag, repository, run, number, model, length, hasNoRole, isOverload } of morning) {
    now += after * 1000;
    if (isOverload) state.failure = { kind: "status", status: 529 };
    else delete state.failure;
    const caller: Caller = {
      ...{ node: `github-runnervm${run.slice(-5)}`, login: "tagged-devices", tags: [tag], address: "100.64.0.9" },
      capabilities: [...(hasNoRole ? [] : [{ role: "user" }]), { models: "anthropic/claude-sonnet*" }],
    };
    await fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: {
        ...{ [frontHeaders.secret]: frontSecret, [frontHeaders.caller]: JSON.stringify(caller) },
        ...{ "x-github-repository": repository, "x-github-run": run, "x-github-number": number },
      },
      body: JSON.stringify({ model, max_tokens: 500, messages: [{ role: "user", content: "x".repeat(length) }] }),
    });
  }
  const page = await (await fetch(`${url}/admin/`)).text();
  await aperture.close();
  return page;
}
