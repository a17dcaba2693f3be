/** `npm run verify` from within the tailnet: each thing that is wrong with Aperture is named, and no other. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type Machine, readInside } from "../../commands/verify/read-inside.ts";
import { verify } from "../../commands/verify/run.ts";
import {
  type Caller,
  configuredGrant,
  editConfiguration,
  endBaseUrlInV1,
  openToAll,
  passKeysThrough,
  renameProvider,
} from "../../sandbox/aperture/index.ts";
import { pushCommit } from "../../sandbox/github/index.ts";
import { createService, listen } from "../../sandbox/service.ts";
import { createDevice } from "../../sandbox/tailscale/state.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import { createRuntime } from "../../services/tailscale/runtime.ts";
import { createFolder, listBy, type Report, readReport } from "./run-verify.ts";
import { addRun, greenReview } from "./scripted-runs.ts";

const path = ".github/workflows/claude.yml";
const config = {
  "github:owner": "acme",
  "claude-aperture:repositories": ["app"],
};

let world: World;
let run: string;
beforeAll(async () => {
  world = await startWorld({ repositories: ["acme/app"] });
  const { state } = world.github;
  pushCommit(state.repository("acme/app"), "main", { [path]: "on: push\njobs: {}\n" });
  run = String(addRun(state, "acme/app", "success", [greenReview]).id);
});
afterAll(async () => {
  const unknown = [...world.aperture.journal, ...world.github.journal].filter((entry) => entry.unknown);
  await world.close();
  expect(unknown).toEqual([]);
});
beforeEach(() => {
  const { state, log } = world.aperture;
  const { configuration, direct } = state;
  log.splice(0, log.length, { ...request, run });
  onTestFinished(() => {
    Object.assign(state, { configuration });
    if (direct) state.direct = direct;
  });
});

const request = {
  ...{ time: "2026-11-26T10:00:00Z", login: "tag:ci", tags: ["tag:ci"], node: "github-runner" },
  ...{ repository: "acme/app", provider: "anthropic", model: "claude-opus-5", status: 200 },
};

/** Checks from within alone: nothing else is set up in this world. */
async function look(more: Record<string, unknown> = {}, url = world.aperture.url): Promise<Report> {
  const directory = createFolder({ ...config, ...more });
  const report = await readReport(directory, { ...world.environment, PATH: "" }, "--stack", "test", "--aperture", url);
  return { ...report, checks: report.checks.filter(({ phase }) => phase === "inside") };
}

const broken = (report: Report) => [...listBy(report, "broken"), ...listBy(report, "broken", "acme/app")];
const skipped = (report: Report) => [...listBy(report, "skipped"), ...listBy(report, "skipped", "acme/app")];
const reasonOf = ({ checks }: Report, id: string) => {
  const found = checks.find((check) => check.id === id && check.status === "broken");
  return found?.status === "broken" ? found.reason : "";
};

it("an Aperture in order", async () => {
  const report = await look();
  expect(broken(report)).toEqual([]);
  expect(skipped(report)).toEqual([]);
  // Nothing was asked of a model.
  expect(world.aperture.journal.every(({ method }) => method === "GET")).toBe(true);
});

describe("its configuration", () => {
  it("that gives everybody the role admin and all models", async () => {
    openToAll(world.aperture.state);
    const report = await look();
    expect(broken(report)).toEqual(["inside-default-grant"]);
    expect(report.checks.filter(({ status }) => status === "broken")).toHaveLength(2);
  });

  it("that passes the placeholder on", async () => {
    passKeysThrough(world.aperture.state);
    const report = await look();
    expect(broken(report)).toEqual(["inside-provider-key"]);
    expect(reasonOf(report, "inside-provider-key")).toContain("anthropic");
  });

  it("with a provider's address that ends in /v1", async () => {
    endBaseUrlInV1(world.aperture.state);
    expect(broken(await look())).toEqual(["inside-provider-address"]);
  });

  it("with a provider of another name than the grant has", async () => {
    renameProvider(world.aperture.state, "anthropic", "claude");
    const report = await look();
    expect(broken(report)).toEqual(["inside-models"]);
    expect(reasonOf(report, "inside-models")).toMatch(/anthropic\/\*\*.*tag:ci.*claude/);
  });

  it("without the model that the settings name", async () => {
    const models = { "claude-aperture:workflow": { model: "anthropic/claude-haiku-4-5" } };
    expect(broken(await look(models))).toEqual([]);
    editConfiguration(world.aperture.state, ({ providers: { anthropic } }) => {
      if (anthropic) anthropic.models = ["claude-opus-5"];
    });
    expect(broken(await look(models))).toEqual(["inside-models"]);
    expect(broken(await look())).toEqual([]);
  });
});

describe("who asks", () => {
  const member: Caller = {
    ...{ node: "phone", login: "bob@acme.example", tags: [], address: "100.64.0.9" },
    capabilities: [{ role: "user" }, { models: "anthropic/**" }],
  };

  it("is no admin: what only admins see is left out, and says so", async () => {
    world.aperture.state.direct = member;
    passKeysThrough(world.aperture.state);
    const report = await look();
    expect(broken(report)).toEqual([]);
    expect(skipped(report)).toEqual(["inside-provider-key", "inside-provider-address", "inside-log"]);
    expect(listBy(report, "ok")).toEqual(expect.arrayContaining(["inside-models", "inside-default-grant"]));
  });

  it("is admin by a grant to everybody", async () => {
    world.aperture.state.direct = member;
    openToAll(world.aperture.state);
    expect(broken(await look())).toEqual(["inside-default-grant"]);
  });

  it("sees fewer models than runners do, which breaks nothing", async () => {
    world.aperture.state.direct = { ...member, capabilities: [{ role: "user" }, { models: "openai/**" }] };
    const report = await look();
    expect(broken(report)).toEqual([]);
    expect(skipped(report)).toContain("inside-models");
  });

  it("has no role: a warning, and nothing more is seen", async () => {
    world.aperture.state.direct = { ...member, capabilities: [] };
    const report = await look();
    expect(broken(report)).toEqual(["inside-role"]);
    expect(skipped(report)).toContain("inside-models");
    const [role] = report.checks.filter(({ id }) => id === "inside-role");
    expect(role?.severity).toBe("warning");
  });
});

describe("its log", () => {
  it("knows the runner by two tags", async () => {
    world.aperture.log.splice(0, 1, { ...request, run, login: "tag:ci,tag:prod" });
    const report = await look();
    expect(broken(report)).toEqual(["inside-log"]);
    expect(reasonOf(report, "inside-log")).toContain("tag:ci,tag:prod, not tag:ci");
  });

  it("has nothing of a green run", async () => {
    world.aperture.log.splice(0);
    const report = await look();
    expect(broken(report)).toEqual(["inside-log"]);
    expect(reasonOf(report, "inside-log")).toContain("has nothing of it");
  });

  it("does not go back to the run", async () => {
    const other = { ...request, run: "1" };
    world.aperture.log.splice(0, 1, { ...other, time: "2030-01-01T00:00:00Z" });
    expect(skipped(await look())).toEqual(["inside-log"]);
    world.aperture.log.push({ ...other, time: "2020-01-01T00:00:00Z" });
    expect(broken(await look())).toEqual(["inside-log"]);
  });

  it("cannot be asked for a run where the settings send no headers", async () => {
    const report = await look({ "claude-aperture:workflow": { headers: false } });
    expect(skipped(report)).toEqual(["inside-log"]);
  });
});

describe("what answers", () => {
  const serve = async (answer: (path: string) => Response) => {
    const { app } = createService({}, () => ({}));
    app.get("*", (c) => answer(new URL(c.req.url).pathname));
    const { url, close } = await listen(app);
    onTestFinished(close);
    return url;
  };

  it("is nobody", async () => {
    const url = await serve(() => new Response());
    const { port } = new URL(url);
    // Nobody listens on a port below those that the system gives out.
    const report = await look({}, url.replace(port, "9"));
    expect(broken(report)).toEqual(["inside-port"]);
    expect(skipped(report)).toContain("inside-is-aperture");
  });

  it("is a name that nobody knows", async () => {
    const report = await look({}, "http://no-such-host.invalid");
    expect(broken(report)).toEqual(["inside-name"]);
  });

  it.each([
    ["a page", () => new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } })],
    ["a page that refuses", () => new Response("<html>403</html>", { status: 403 })],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "http://elsewhere.invalid/" } })],
    ["other JSON", () => Response.json({ hello: "world" })],
    ["more than anybody reads", () => new Response("[".repeat(5_000_000))],
  ])("is no Aperture but %s", async (_, answer) => {
    expect(broken(await look({}, await serve(answer)))).toEqual(["inside-is-aperture"]);
  });

  it("takes the request and says nothing", async () => {
    const { faults } = world.aperture;
    faults.choose = () => ({ kind: "drop before" });
    onTestFinished(() => void delete faults.choose);
    const report = await look();
    expect(broken(report)).toEqual(["inside-port"]);
    expect(reasonOf(report, "inside-port")).toContain("does not answer");
  });

  it("fails", async () => {
    const report = await look({}, await serve(() => new Response("{}", { status: 502 })));
    expect(reasonOf(report, "inside-is-aperture")).toContain("502");
  });

  it("is an Aperture that lists models alone, and whose log is a page", async () => {
    const url = await serve((asked) => {
      if (asked === "/v1/models") return Response.json({ data: [{ id: "claude-opus-5" }] });
      if (asked === "/admin/") return new Response("<html></html>", { headers: { "content-type": "text/html" } });
      return Response.json({ title: "Forbidden", status: 403 }, { status: asked === "/api/providers" ? 404 : 403 });
    });
    const report = await look({}, url);
    expect(broken(report)).toEqual([]);
    expect(skipped(report)).toEqual(expect.arrayContaining(["inside-models", "inside-log"]));
  });
});

describe("whether this machine is in the tailnet", () => {
  const machine = (addresses: string[], names: string[] = []): Machine & { asked: string[] } => {
    const asked: string[] = [];
    const lookup = async (name: string) => {
      asked.push(name);
      if (names.length === 0) throw new Error("getaddrinfo ENOTFOUND ai");
      return names;
    };
    return { asked, addresses: () => addresses, lookup };
  };
  /** Whatever is asked for goes to the stand-in, as DNS and routes of a tailnet would have it. */
  const runtime = (environment: Record<string, string> = {}) => ({
    ...createRuntime(environment),
    fetch: ((input: string, init) => fetch(input.replace("http://ai", world.aperture.url), init)) as typeof fetch,
  });

  const devices = Promise.resolve([{ addresses: ["100.100.1.2", "fd7a:115c:a1e0::12"] }]);

  it("it has an address of a carrier's network, or of another tailnet: nothing is asked", async () => {
    const one = machine(["100.72.0.9"], ["100.64.0.5"]);
    expect(await readInside(runtime(), one, { hostname: "ai", devices })).toMatchObject({ kind: "outside" });
    expect(one.asked).toEqual([]);
    const unread = Promise.resolve({ unread: "403" });
    expect(await readInside(runtime(), one, { hostname: "ai", devices: unread })).toMatchObject({ kind: "inside" });
  });

  it("it has no address of one: nothing is asked, not even a name", async () => {
    const one = machine(["127.0.0.1", "192.168.1.5", "fe80::1"], ["209.59.119.34"]);
    expect(await readInside(runtime(), one, { hostname: "ai", devices })).toMatchObject({ kind: "outside" });
    expect(one.asked).toEqual([]);
  });

  it("it has one", async () => {
    for (const address of ["100.100.1.2", "fd7a:115c:a1e0::12"]) {
      const found = await readInside(runtime(), machine([address], ["100.64.0.5"]), { hostname: "ai", devices });
      expect(found).toMatchObject({ url: "http://ai", addresses: ["100.64.0.5"], answer: { kind: "served" } });
    }
  });

  it("it reaches Aperture through a proxy of its own", async () => {
    const environment = { HTTP_PROXY: "http://127.0.0.1:1055" };
    const found = await readInside(runtime(environment), machine([]), { hostname: "ai", devices });
    expect(found).toMatchObject({ kind: "inside", answer: { kind: "served" } });
    const company = { ...runtime(environment), fetch: async () => new Response("<html>502</html>", { status: 502 }) };
    expect(await readInside(company, machine([]), { hostname: "ai", devices })).toMatchObject({ kind: "outside" });
  });

  it("a name that stands for another device, or for none, is named", async () => {
    const { devices: known } = world.tailscale.state;
    known.push(createDevice({ name: "laptop.acme.ts.net", tags: [], addresses: ["100.100.1.2"] }, request.time));
    onTestFinished(() => void known.pop());
    for (const [names, said] of [
      [["100.64.0.77"], "100.64.0.77"],
      [[], "MagicDNS"],
    ] as const) {
      const directory = createFolder(config);
      let stdout = "";
      await verify(["--stack", "test", "--json"], {
        ...{
          directory,
          environment: { ...world.environment, PATH: "" },
          machine: machine(["100.100.1.2"], [...names]),
        },
        stdout: { write: (text) => (stdout += text) },
        stderr: { write: () => {} },
      });
      const report = JSON.parse(stdout) as Report;
      expect(reasonOf(report, "inside-name")).toContain(said);
    }
  });
});

it("what is configured, such as a key of a provider, is in no report", async () => {
  editConfiguration(world.aperture.state, ({ providers: { anthropic }, grants }) => {
    if (anthropic) anthropic.auth_mode = "passthrough";
    grants.push(configuredGrant(["*"], [{ role: "admin" }]));
  });
  expect(JSON.stringify(await look())).not.toContain(world.aperture.state.providerKey);
});
