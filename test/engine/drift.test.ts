/**
 * What somebody did to the policy file, row by row: what a plain `pulumi preview` says of it, and what `pulumi up` makes of
 * it. Then what only `--refresh` can see, in repositories, and what a destroy leaves to others.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHujson } from "../../sandbox/hujson/index.ts";
import { countWrites, fileText, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { access, type Edit, edits, layouts, marks, neighbours, removals, shared } from "./policy-edits.ts";
import { accessProgram, inlineAccess, sharedStage } from "./shared-stage.ts";
import { fail, oneRepository, type Stage, stage, succeed } from "./support.ts";

/** The part of a preview that comes after the refresh, on one line. */
function proposed(preview: string): string {
  const [, update = ""] = preview.split("pulumi:pulumi:Stack: (same)");
  return update.replaceAll(/\s+/g, " ").replaceAll(" : ", ": ");
}

/** Does what the row says, compares, and puts the policy back. */
async function check({ world, project }: Stage, ours: string, { edit, shows, after }: Edit): Promise<void> {
  const edited = edit(ours);
  expect(edited).not.toBe(ours);
  world.tailscale.state.policy = edited;
  if (shows === "nothing") await succeed(project, "preview", "--expect-no-changes");
  else {
    expect(proposed(await fail(project, "preview", "--diff", "--expect-no-changes"))).toContain(shows);
    await succeed(project, "up");
  }
  expect(world.tailscale.state.policy).toBe(after(ours, edited));
  world.tailscale.state.policy = ours;
}

describe("after somebody has", () => {
  const stage = sharedStage({ inline: inlineAccess(access) });
  let ours = "";
  beforeAll(async () => {
    await succeed(stage.project, "up");
    ours = stage.world.tailscale.state.policy;
  });

  it.each([...edits, ...removals, ...marks, ...neighbours, ...shared, ...layouts])("$what", (edit) =>
    check(stage, ours, edit),
  );

  it("done all that is beside our entries, up writes nothing", async () => {
    const { project, world } = stage;
    const edited = neighbours.reduce((text, { edit }) => edit(text), ours);
    world.tailscale.state.policy = edited;
    const writes = countWrites(world);
    await succeed(project, "up", "--expect-no-changes");
    expect(countWrites(world)).toBe(writes);
    expect(world.tailscale.state.policy).toBe(edited);
    world.tailscale.state.policy = ours;
  });

  it("edited an entry that another stack has, too, both are named and neither wins", async () => {
    const { project, world } = stage;
    const shared = (text: string) => neighbours.find(({ what }) => what.includes("another stack"))?.edit(text) ?? "";
    const edited = shared(ours).replace('"anthropic/**"', '"openai/**"');
    world.tailscale.state.policy = edited;
    const output = await fail(project, "preview");
    for (const text of ["claude-aperture/other", "claude-aperture/test", "openai/**", "anthropic/**"]) {
      expect(output).toContain(text);
    }
    await fail(project, "up");
    expect(world.tailscale.state.policy).toBe(edited);
    world.tailscale.state.policy = ours;
  });
});

describe("where the server stores hujson.Format, after somebody has", () => {
  let hujson: ReturnType<typeof startHujson> | undefined;
  const format = async (text: string) => {
    hujson ??= startHujson();
    return (await hujson).format(text);
  };
  afterAll(async () => (await hujson)?.close());
  const stage = sharedStage({ inline: inlineAccess(access), store: "canonical", format });
  let ours = "";
  beforeAll(async () => {
    await succeed(stage.project, "up");
    ours = stage.world.tailscale.state.policy;
    expect(ours).toBe(await format(ours));
  });

  const some = ["edited a model", "deleted the grant", "moved the grant", "copied the grant with its mark"];
  it.each([...edits, ...removals, ...marks].filter(({ what }) => some.includes(what)))("$what", (edit) =>
    check(stage, ours, edit),
  );
});

it("a workflow file and secrets changed by hand show with --refresh, and up --refresh repairs them", async () => {
  const { world, project } = await stage({
    inline: claudeAperture,
    config: { ...oneRepository, "claude-aperture:repositories": ["app", "api"] },
  });
  await succeed(project, "up");
  const { state, secretValue } = world.github;
  const path = ".github/workflows/claude.yml";
  const [app, api] = [state.repository("acme/app"), state.repository("acme/api")];
  const somebody = { name: "bob", email: "bob@acme.example", date: "2026-01-01T00:00:00Z" };
  const before = {
    files: [fileText(world, "acme/app", path), fileText(world, "acme/api", path)],
    audience: secretValue("acme/app", "TS_AUDIENCE"),
    clientId: secretValue("acme/api", "TS_OAUTH_CLIENT_ID"),
  };

  app.git.commit(app.defaultBranch, {
    files: { [path]: `${before.files[0]}# more\n` },
    message: "try something",
    author: somebody,
  });
  app.secrets.set("TS_AUDIENCE", "somebody's");
  api.git.commit(api.defaultBranch, { files: { [path]: undefined }, message: "away with it", author: somebody });
  api.secrets.delete("TS_OAUTH_CLIENT_ID");

  const output = await fail(project, "preview", "--refresh", "--expect-no-changes");
  for (const line of [
    /acme-app-workflow update/,
    /acme-app-secret-audience-restored-1 create/,
    /acme-api-workflow create/,
    /acme-api-secret-client-id create/,
  ]) {
    expect(output).toMatch(line);
  }
  await succeed(project, "up", "--refresh");
  expect({
    files: [fileText(world, "acme/app", path), fileText(world, "acme/api", path)],
    audience: secretValue("acme/app", "TS_AUDIENCE"),
    clientId: secretValue("acme/api", "TS_OAUTH_CLIENT_ID"),
  }).toEqual(before);
  await succeed(project, "preview", "--refresh", "--expect-no-changes");

  app.secrets.set("TS_AUDIENCE", "somebody's again");
  await succeed(project, "up", "--refresh");
  expect(secretValue("acme/app", "TS_AUDIENCE")).toBe(before.audience);
  await succeed(project, "preview", "--refresh", "--expect-no-changes");
  await succeed(project, "destroy");
  expect(secretNames(world, "acme/app")).toEqual([]);
});

it("destroy stops at somebody's rule that uses our tag, says which, and goes on once it is gone", async () => {
  const { world, project } = await stage({ program: accessProgram(access) });
  const before = world.tailscale.state.policy;
  await succeed(project, "up");
  const rule = '\t\t{"src": ["tag:ci"], "dst": ["tag:web"], "ip": ["tcp:8080"]}, // theirs\n';
  const used = world.tailscale.state.policy.replace('\t],\n\n\t"ssh"', `${rule}\t],\n\n\t"ssh"`);
  world.tailscale.state.policy = used;
  const line = used.split(rule)[0]?.split("\n").length;
  const writes = countWrites(world);
  const output = await fail(project, "destroy");
  expect(output).toContain("tag:ci");
  expect(output).toMatch(new RegExp(`line ${line}\\b`));
  expect(countWrites(world)).toBe(writes);
  expect(world.tailscale.state.policy).toBe(used);
  world.tailscale.state.policy = used.replace(rule, "");
  await succeed(project, "destroy");
  expect(world.tailscale.state.policy).toBe(before);
});
