/** Repositories that are renamed, leave the list, or are archived or deleted after they were set up. */
import { describe, expect, it } from "vitest";
import { fileText, joins, listCredentials, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { workflowPath } from "./faults.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { fail, oneRepository, type Stage, stage, succeed } from "./support.ts";

const list = (names: unknown[], more: object = {}) => ({
  ...oneRepository,
  "claude-aperture:repositories": names,
  ...more,
});
const relist = ({ project }: Stage, names: unknown[]) =>
  project.configure((config) => {
    config["claude-aperture:repositories"] = names;
  });
const secrets = ["TS_AUDIENCE", "TS_OAUTH_CLIENT_ID"];

describe("a repository that was renamed on GitHub", () => {
  it("stops the preview with the entry to write; with it nothing is deleted, and the identity trusts the new name", async () => {
    const set = await stage({ inline: claudeAperture, config: list(["app"]) });
    const { world, project } = set;
    await succeed(project, "up");
    const [identity] = listCredentials(world);
    world.github.state.rename("acme/app", "acme/application");
    const line = "{ name: application, formerly: [app] }";
    expect(await fail(project, "preview")).toContain(line);

    relist(set, [{ name: "application", formerly: ["app"] }]);
    world.github.journal.length = 0;
    world.tailscale.journal.length = 0;
    const output = await succeed(project, "up");
    const deletions = [...world.github.journal, ...world.tailscale.journal].filter(({ method }) => method === "DELETE");
    expect(deletions).toEqual([]);
    expect(output).not.toMatch(/delet|replac/);
    const [after] = listCredentials(world);
    expect(after?.id).toBe(identity?.id);
    expect(after).toMatchObject({ subject: expect.stringContaining("/application@") });
    expect(listCredentials(world)).toHaveLength(1);
    expect(await joins(world, "acme/application", "tag:ci", "acme/application")).toBe(true);
    await succeed(project, "preview", "--expect-no-changes");
    await succeed(project, "destroy");
    expect(secretNames(world, "acme/application")).toEqual([]);
  });
});

describe("a repository that left the list", () => {
  it("goes whole, and the rest stays", async () => {
    const set = await stage({ inline: claudeAperture, config: list(["app", "api"]) });
    const { world, project } = set;
    await succeed(project, "up");
    relist(set, ["api"]);
    await succeed(project, "up");
    expect(secretNames(world, "acme/app")).toEqual([]);
    expect(fileText(world, "acme/app", workflowPath)).toBeUndefined();
    expect(secretNames(world, "acme/api")).toEqual(secrets);
    expect(listCredentials(world)).toHaveLength(1);
  });

  it("and was archived or deleted before, does not block the rest; the run after that has forgotten it", async () => {
    const set = await stage({
      inline: claudeAperture,
      repositories: ["acme/app", "acme/archived", "acme/deleted", "acme/later"],
      config: list(["app", "archived", "deleted"]),
    });
    const { world, project } = set;
    await succeed(project, "up");
    world.github.state.repository("acme/archived").archived = true;
    world.github.state.delete("acme/deleted");
    relist(set, ["app", "later"]);

    const output = await succeed(project, "up");
    expect(output).toMatch(/acme\/archived left the list and is archived/);
    expect(output).toMatch(/acme\/deleted left the list and does not exist/);
    expect(secretNames(world, "acme/later")).toEqual(secrets);
    // Theirs are gone, although GitHub lets nobody touch the rest.
    expect(listCredentials(world)).toHaveLength(2);

    const writes = world.github.journal.length;
    expect(await succeed(project, "up")).not.toMatch(/left the list/);
    expect(world.github.journal.slice(writes).filter(({ method }) => method === "DELETE")).toEqual([]);
    const { output: state } = await project.pulumi("stack", "export");
    expect(state).not.toMatch(/acme-(archived|deleted)-/);
    expect(secretNames(world, "acme/archived")).toEqual(secrets);
    await succeed(project, "up", "--expect-no-changes");
    await succeed(project, "destroy");
  });
});

describe("a listed repository that is archived after it was set up, with onUnavailable: skip", () => {
  it.each(["federated", "oauth"])("stays as it is (%s), and goes on when it is no longer archived", async (kind) => {
    const set = await stage({
      inline: claudeAperture,
      config: list(["app", "api"], { "claude-aperture:onUnavailable": "skip", "claude-aperture:identity": { kind } }),
    });
    const { world, project } = set;
    await succeed(project, "up");
    const api = world.github.state.repository("acme/api");
    const before = { credentials: listCredentials(world), file: fileText(world, "acme/api", workflowPath) };
    api.archived = true;
    const output = await succeed(project, "up", "--expect-no-changes");
    expect(output).toMatch(/warning: acme\/api is archived/);
    expect({ credentials: listCredentials(world), file: fileText(world, "acme/api", workflowPath) }).toEqual(before);
    api.archived = false;
    await succeed(project, "up", "--expect-no-changes");
    await succeed(project, "destroy");
    expect(listCredentials(world)).toEqual([]);
  });
});
