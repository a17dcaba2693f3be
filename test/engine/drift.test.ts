/**
 * What somebody did to the policy file, row by row: what a plain `pulumi preview` says of it, and what `pulumi up` makes of
 * it. Then the same of workflow files, what only `--refresh` can see, and what a destroy leaves to others.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatMessage } from "../../core/messages/entry.ts";
import { editedFileStays } from "../../core/messages/workflow-file.ts";
import { type Repository, somebody } from "../../sandbox/github/index.ts";
import { startHujson } from "../../sandbox/hujson/index.ts";
import { countWrites, fileText, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { workflowPath } from "./faults.ts";
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

describe("what somebody did to workflow files", () => {
  const path = workflowPath;
  type Hand = { text: string; repository: Repository };
  interface FileRow {
    what: string;
    does(hand: Hand): void;
    /** What a plain preview shows of the file, in place of the id that the state has. */
    shows: RegExp;
  }
  const push = ({ repository }: Hand, text: string | undefined) =>
    repository.git.commit(repository.defaultBranch, {
      files: { [path]: text },
      message: "by hand",
      author: somebody(),
    });
  const rows: FileRow[] = [
    {
      what: "edited",
      does: (hand) => push(hand, `${hand.text}# more\n`),
      shows: /"changed by hand: [0-9a-f]{40}"/,
    },
    { what: "deleted", does: (hand) => push(hand, undefined), shows: /"missing"/ },
    {
      what: "replaced",
      does: (hand) => push(hand, "on: push\n"),
      shows: /"another file, without our header: [0-9a-f]{40}"/,
    },
    {
      what: "moved",
      does({ repository }) {
        const { git } = repository;
        const [first] = git.history(git.tip("main") as never).slice(-1);
        git.branches.set("trunk", first?.sha ?? "");
        repository.defaultBranch = "trunk";
      },
      shows: /"on main, which is not the default branch any more: [0-9a-f]{40}"/,
    },
  ];
  const stage = sharedStage({
    inline: claudeAperture,
    repositories: rows.map(({ what }) => `acme/${what}` as const),
    config: { ...oneRepository, "claude-aperture:repositories": rows.map(({ what }) => what) },
  });
  let preview = "";
  let texts: (string | undefined)[] = [];
  beforeAll(async () => {
    const { world, project } = stage;
    await succeed(project, "up");
    texts = rows.map(({ what }) => fileText(world, `acme/${what}`, path));
    for (const [index, { what, does }] of rows.entries()) {
      does({ text: texts[index] ?? "", repository: world.github.state.repository(`acme/${what}`) });
    }
    preview = proposed(await fail(project, "preview", "--diff", "--expect-no-changes"));
  });

  it.each(rows)("a plain preview shows it: $what", ({ what, shows }) => {
    const [, own = ""] = preview.split(`WorkflowFile::acme-${what}-workflow`);
    expect(own.split("::")[0]).toMatch(new RegExp(`~ blob *: ${shows.source} => "[0-9a-f]{40}"`));
  });

  it("and a plain up puts all of them right, in one commit each", async () => {
    const { world, project } = stage;
    const writes = countWrites(world);
    await succeed(project, "up");
    expect(rows.map(({ what }) => fileText(world, `acme/${what}`, path))).toEqual(texts);
    const { git } = world.github.state.repository("acme/moved");
    expect(git.read(git.tip("main") as never, path)).toBeUndefined();
    expect(countWrites(world)).toBeGreaterThan(writes);
    await succeed(project, "up", "--expect-no-changes");
  });

  it("a destroy leaves one that was edited, says so, and takes away the others", async () => {
    const { world, project } = stage;
    const { git, defaultBranch } = world.github.state.repository("acme/edited");
    git.commit(defaultBranch, { files: { [path]: "# mine now\n" }, message: "by hand", author: somebody() });
    const output = await succeed(project, "destroy");
    expect(output).toContain(formatMessage(editedFileStays, { path, repository: "acme/edited" }));
    expect(rows.map(({ what }) => fileText(world, `acme/${what}`, path))).toEqual([
      "# mine now\n",
      ...[undefined, undefined, undefined],
    ]);
  });
});

it("secrets changed by hand show with --refresh, and up --refresh repairs them", async () => {
  const { world, project } = await stage({
    inline: claudeAperture,
    config: { ...oneRepository, "claude-aperture:repositories": ["app", "api"] },
  });
  await succeed(project, "up");
  const { state, secretValue } = world.github;
  const [app, api] = [state.repository("acme/app"), state.repository("acme/api")];
  const now = () => ({
    audience: secretValue("acme/app", "TS_AUDIENCE"),
    clientId: secretValue("acme/api", "TS_OAUTH_CLIENT_ID"),
  });
  const before = now();
  app.secrets.set("TS_AUDIENCE", "somebody's");
  api.secrets.delete("TS_OAUTH_CLIENT_ID");

  const output = await fail(project, "preview", "--refresh", "--expect-no-changes");
  for (const line of [/acme-app-secret-audience-restored-1 create/, /acme-api-secret-client-id create/]) {
    expect(output).toMatch(line);
  }
  await succeed(project, "up", "--refresh");
  expect(now()).toEqual(before);
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
