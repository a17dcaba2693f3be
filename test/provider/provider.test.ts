import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import grpc from "@grpc/grpc-js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as operations from "../../provider/fragment/operations.ts";
import { call, executable, spawnPlugin, startPlugin, struct, fragmentUrn as urn } from "./engine.ts";
import { testKey } from "./support.ts";
import { ciAccess, companyPolicy, inputs, startTailnet } from "./tailnet.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});
const properties = { access: { "tag:ci": ciAccess }, owner: "claude-aperture/prod", mode: "write", shareTag: false };
/** The outputs of a fragment with these inputs. */
const state = <Access>(given: { access: Access }) => ({ ...given, __applied: given.access });

let tailnet: Awaited<ReturnType<typeof startTailnet>>;
let plugin: Awaited<ReturnType<typeof startPlugin>>;

const environment = () => ({ TAILSCALE_API_KEY: testKey, TAILSCALE_BASE_URL: tailnet.url });

beforeEach(async () => {
  tailnet = await startTailnet();
  plugin = await startPlugin(environment());
  await plugin.configure();
});
afterEach(async () => plugin.close());

describe("the life of a fragment", () => {
  it("create, read, update, delete: entries come, change and go; each answer asks for a refresh next time", async () => {
    expect((await plugin.check(properties)).failures).toEqual([]);
    const created = await plugin.create(properties);
    expect(created.getId()).toBe("claude-aperture/prod");
    expect(created.getProperties()?.toJavaScript()).toEqual(state(properties));
    expect(created.getRefreshBeforeUpdate()).toBe(true);

    const read = await plugin.read(created.getId(), properties);
    expect(read.getInputs()?.toJavaScript()).toEqual(properties);
    expect(read.getProperties()?.toJavaScript()).toEqual(state(properties));
    expect(read.getRefreshBeforeUpdate()).toBe(true);

    const changed = { ...properties, access: { "tag:ci": { ...ciAccess, models: ["anthropic/claude-sonnet-4-6"] } } };
    const updated = await plugin.update(properties, changed);
    expect(updated.getProperties()?.toJavaScript()).toEqual(state(changed));
    expect(updated.getRefreshBeforeUpdate()).toBe(true);
    expect(tailnet.state.policy).toContain("anthropic/claude-sonnet-4-6");

    const nextRun = await startPlugin(environment());
    await nextRun.configure();
    await nextRun.delete(changed);
    await nextRun.close();
    expect(tailnet.state.policy).toBe(companyPolicy);
  });

  it("previews name each entry and write nothing", async () => {
    const created = await plugin.create(properties, true);
    expect(created.getId()).toBe("");
    expect(created.getProperties()?.toJavaScript()).toEqual(state(properties));
    const [said] = plugin.logged.map(({ message }) => message);
    expect(said).toMatch(
      /^In the tailnet policy file:\n\+ tagOwners "tag:ci": .*\n\+ grants \{.*"anthropic\/\*\*".*\n\+ tests \{/,
    );
    await plugin.update(properties, properties, true);
    expect(tailnet.state.policy).toBe(companyPolicy);
    expect(tailnet.journal.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("a console edit shows as a difference to be undone, by its path", async () => {
    await plugin.create(properties);
    tailnet.state.policy = tailnet.state.policy.replace("anthropic/**", "openai/**");
    const live = (await plugin.read("claude-aperture/prod", properties)).getInputs()?.toJavaScript() ?? {};
    const diff = await plugin.diff(live, properties);
    expect(diff.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_SOME);
    expect(diff.getDiffsList()).toEqual(["access"]);
    expect(diff.getHasdetaileddiff()).toBe(true);
    const details = [...diff.getDetaileddiffMap().entries()].map(([path, property]) => [path, property.getKind()]);
    expect(details).toEqual([['access["tag:ci"].models[0]', pb.PropertyDiff.Kind.UPDATE]]);
  });

  it.each([
    [["tagOwners"]],
    [["grants"]],
    [["tests"]],
    [["tagOwners", "grants"]],
    [["tagOwners", "tests"]],
    [["grants", "tests"]],
  ])("what somebody left of it after deleting its %j is still known after two refreshes, and removed", async (gone) => {
    await operations.writeFragment(tailnet.context, inputs(), undefined);
    const own = /^\t\t\/\/ claude-aperture\/prod: managed by Pulumi\n(?:\t\t\S.*[^{]\n|\t\t\{\n[\s\S]*?\n\t\t\},\n)/m;
    for (const section of gone) {
      const [before = "", after = ""] = tailnet.state.policy.split(new RegExp(`(?<="${section}": [[{]\\n)`));
      tailnet.state.policy = before + after.replace(own, "");
      expect(after).toMatch(own);
    }
    const first = await plugin.read("claude-aperture/prod", state(properties));
    const second = await plugin.read("claude-aperture/prod", first.getProperties()?.toJavaScript());
    expect(second.toObject()).toEqual(first.toObject());
    const diff = await plugin.diff(second.getInputs()?.toJavaScript() ?? {}, properties);
    expect(diff.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_SOME);
    await plugin.delete(second.getProperties()?.toJavaScript() ?? {});
    expect(tailnet.state.policy).toBe(companyPolicy);
  });

  it("a vanished fragment has no id, so that the engine creates it again", async () => {
    const read = await plugin.read("claude-aperture/prod", properties);
    expect(read.getId()).toBe("");
    expect(read.getProperties()).toBeUndefined();
  });

  it("import: the inputs are read from the marks", async () => {
    await plugin.create(properties);
    const read = await plugin.read("claude-aperture/prod");
    expect(read.getId()).toBe("claude-aperture/prod");
    expect(read.getInputs()?.toJavaScript()).toEqual(properties);
  });

  it("an old name that is deleted while another resource has its owner keeps the entries", async () => {
    await operations.writeFragment(tailnet.context, inputs(), undefined);
    await plugin.check(properties, {}, `${urn}-renamed`);
    await plugin.delete(properties);
    expect(tailnet.state.policy).toContain('"tag:ci"');
  });

  it("a replacement, created before the old one is deleted, keeps the entries", async () => {
    await plugin.check(properties);
    await plugin.create(properties);
    await plugin.delete(properties);
    expect(tailnet.state.policy).toContain('"tag:ci"');
  });

  it("an equal fragment is no difference", async () => {
    const diff = await plugin.diff(properties, properties);
    expect(diff.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_NONE);
    expect(diff.getReplacesList()).toEqual([]);
  });
});

describe("check", () => {
  it("fills in the mode, and that no tag is shared", async () => {
    const { mode: _, shareTag: _no, ...short } = properties;
    expect((await plugin.check(short)).inputs).toEqual(properties);
  });

  it("names mistakes by their property", async () => {
    const access = { "tag:ci": { ...ciAccess, models: ["claude"], test: "maybe", dst: [] } };
    const { failures } = await plugin.check({ ...properties, access, owner: "" });
    expect(failures.map(({ reason }) => reason.split(":")[0])).toEqual(["owner", 'access["tag', 'access["tag']);
    expect(failures[1]?.reason).toBe(
      'access["tag:ci"].dst: It is unknown. There are owners, destinations, ports, models, test, capabilities.',
    );
    expect(failures[2]?.reason).toBe('access["tag:ci"].test: It is "maybe". Expected accept, strict, none.');
  });

  it("accepts values that are not known yet, without asking the server", async () => {
    const access = { "tag:ci": { ...ciAccess, destinations: [unknown], models: unknown } };
    const { inputs: checked, failures } = await plugin.check({ ...properties, access });
    expect(failures).toEqual([]);
    expect(checked).toEqual({ ...properties, access });
    const created = await plugin.create({ ...properties, access }, true);
    expect(created.getProperties()?.toJavaScript()).toEqual(state({ ...properties, access }));
    expect(tailnet.journal).toEqual([]);
  });

  it("sees mistakes beside unknown values", async () => {
    const access = { "tag:ci": { ...ciAccess, destinations: unknown, ports: "tcp:80" } };
    const { failures } = await plugin.check({ ...properties, access });
    expect(failures.map(({ reason }) => reason)).toEqual([
      'access["tag:ci"].ports: It is "tcp:80". Expected a list of strings.',
    ]);
  });

  it("keeps secrets secret, from check to state and through a refresh", async () => {
    const hidden = { ...properties, access: secret(properties.access) };
    const { inputs: checked, failures } = await plugin.check(hidden);
    expect(failures).toEqual([]);
    expect(checked).toEqual(hidden);
    const created = await plugin.create(hidden);
    expect(created.getProperties()?.toJavaScript()).toEqual(state(hidden));
    expect((await plugin.read("claude-aperture/prod", hidden)).getInputs()?.toJavaScript()).toEqual(hidden);
  });

  it("refuses a second fragment under the same owner", async () => {
    await plugin.check(properties);
    const { failures } = await plugin.check(properties, {}, `${urn}-2`);
    expect(failures.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^owner: "claude-aperture\/prod" is the owner of .* "policy" already/),
    ]);
  });
});

describe("the log", () => {
  it("shows warnings beside the resource", async () => {
    await plugin.create({ ...properties, mode: "observe" }, true);
    expect(plugin.logged).toEqual([
      { severity: enginePb.LogSeverity.WARNING, message: expect.stringContaining('"tag:ci"'), urn },
    ]);
    await expect(plugin.create({ ...properties, mode: "observe" })).rejects.toThrow('"tag:ci"');
  });
});

describe("errors", () => {
  it("carry no code that makes the engine note a pending operation, and no secret", async () => {
    tailnet.state.apiKeys.clear();
    const error = await plugin.create(properties).catch((failure: grpc.ServiceError) => failure);
    expect(error).toMatchObject({ code: grpc.status.FAILED_PRECONDITION });
    const texts = [String((error as grpc.ServiceError).details), plugin.output.join("")].join("");
    expect(texts).toContain("401");
    expect(texts).not.toContain(testKey);
  });

  it("what it does not have is UNIMPLEMENTED", async () => {
    const request = new pb.GetMappingRequest();
    await expect(call((done) => plugin.client.getMapping(request, done))).rejects.toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
    });
    await expect(call((done) => plugin.client.getMappings(new pb.GetMappingsRequest(), done))).rejects.toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
    });
  });

  it("a function that it does not have is named", async () => {
    const request = new pb.InvokeRequest();
    request.setTok("claude-aperture:index:other");
    await expect(call((done) => plugin.client.invoke(request, done))).rejects.toThrow(
      'no function "claude-aperture:index:other"',
    );
  });

  it("cancel ends what is under way", async () => {
    tailnet.state.policy = "{";
    await call<emptyPb.Empty>((done) => plugin.client.cancel(new emptyPb.Empty(), done));
    await expect(plugin.create(properties)).rejects.toMatchObject({ code: grpc.status.CANCELLED });
  });
});

describe("the provider", () => {
  it("accepts secrets and supports previews", async () => {
    expect(plugin.handshake.toObject()).toMatchObject({ acceptSecrets: true, acceptResources: true });
    expect((await plugin.configure()).toObject()).toMatchObject({ acceptsecrets: true, supportspreview: true });
  });

  it("has a schema whose inputs are those that it takes", async () => {
    const response = await call<pb.GetSchemaResponse>((done) =>
      plugin.client.getSchema(new pb.GetSchemaRequest(), done),
    );
    const schema = JSON.parse(response.getSchema());
    const resource = schema.resources["claude-aperture:index:PolicyFragment"];
    expect(Object.keys(resource.inputProperties).sort()).toEqual(Object.keys(properties).sort());
    expect(resource.requiredInputs).toEqual(["owner", "access"]);
    const access = schema.types["claude-aperture:index:TagAccess"];
    expect(Object.keys(access.properties).sort()).toEqual([...Object.keys(ciAccess), "capabilities"].sort());
    for (const value of [...Object.values(access.properties), ...Object.values(schema.config.variables)]) {
      expect(value).toMatchObject({ type: expect.any(String), description: expect.any(String) });
    }
  });

  it("refuses credentials in its configuration", async () => {
    const request = new pb.CheckRequest();
    request.setNews(struct({ apiKey: secret("hunter2"), baseUrl: "http://127.0.0.1:1" }));
    const response = await call<pb.CheckResponse>((done) => plugin.client.checkConfig(request, done));
    const reasons = response.getFailuresList().map((failure) => failure.getReason());
    expect(reasons).toEqual([expect.stringMatching(/^apiKey: .*TAILSCALE_API_KEY/)]);
    expect(reasons.join()).not.toContain("hunter2");
  });

  it("leaves the program's settings, which have its namespace, out of the state, and refuses what neither of them knows", async () => {
    const request = new pb.CheckRequest();
    request.setNews(struct({ repositories: '["app"]', aperture: "{}", tailnet: "a.example", tailnett: "x" }));
    const response = await call<pb.CheckResponse>((done) => plugin.client.checkConfig(request, done));
    expect(response.getInputs()?.toJavaScript()).toEqual({ tailnet: "a.example", tailnett: "x" });
    expect(response.getFailuresList().map((failure) => failure.getReason())).toEqual([
      expect.stringMatching(/^tailnett: It is unknown/),
    ]);
  });

  it("never asks for a replacement when its configuration changes", async () => {
    const request = new pb.DiffRequest();
    request.setOldInputs(struct({ tailnet: "a.example" }));
    request.setNews(struct({ tailnet: "T1234CNTRL" }));
    const response = await call<pb.DiffResponse>((done) => plugin.client.diffConfig(request, done));
    expect(response.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_SOME);
    expect(response.getReplacesList()).toEqual([]);
  });

  it("uses its configuration before the environment", async () => {
    const other = await startTailnet({ policy: `// another\n${companyPolicy}` });
    await plugin.configure({ baseUrl: other.url });
    await plugin.create(properties);
    expect(other.state.policy).toContain('"tag:ci"');
    expect(tailnet.state.policy).toBe(companyPolicy);
  });
});

describe("the executable", () => {
  it("says which Node it needs when the one on PATH is too old", async () => {
    const folder = mkdtempSync(join(tmpdir(), "old-node-"));
    try {
      // An old Node as far as start.mjs can see.
      const script = `#!/bin/sh\nexec "${process.execPath}" --import "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})" "$@"\n`;
      writeFileSync(join(folder, "node"), script);
      chmodSync(join(folder, "node"), 0o755);
      const child = spawnPlugin({ PATH: `${folder}:/usr/bin:/bin` });
      let text = "";
      child.stderr?.on("data", (data: Buffer) => {
        text += data.toString();
      });
      const [code] = await once(child, "close");
      expect(code).toBe(1);
      expect(text).toContain("needs Node.js 22.18 or newer");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says so when there is no Node at all", () => {
    const folder = mkdtempSync(join(tmpdir(), "no-node-"));
    try {
      expect(() => execFileSync("/bin/sh", [executable], { env: { PATH: folder }, stdio: "pipe" })).toThrow(
        /needs Node.js 22.18 or newer and found none on PATH/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
