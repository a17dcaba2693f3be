/** Runs that move a repository to a central workflow and back are killed after each of their writes; a plain `up` goes on. */
import { expect, it } from "vitest";
import { watchWorkflows } from "../engine/deliveries/outages.ts";
import { centralRepository, findLeftovers, type Way, ways } from "../engine/deliveries/ways.ts";
import { claudeAperture } from "../engine/inline-claude-aperture.ts";
import { killRun } from "../engine/kill.ts";
import { oneRepository, stage, succeed } from "../engine/support.ts";

const [commit] = ways;
const organization = ways.find(({ identity }) => identity.scope === "organization");

it("from commits to an organization's central file and back", async () => {
  if (!commit || !organization) throw new Error("no way");
  const { world, project } = await stage({
    repositories: ["acme/app", { name: centralRepository, actionsAccess: "organization" }],
  });
  const healing = claudeAperture(project);
  const set = ({ delivery, identity }: Way) =>
    project.configure((config) =>
      Object.assign(config, oneRepository, {
        "claude-aperture:delivery": delivery,
        "claude-aperture:identity": identity,
      }),
    );
  set(commit);
  await succeed(healing, "up");
  const watch = watchWorkflows(world, ["acme/app"]);
  const writes: Record<string, (string | undefined)[]> = { there: [], back: [] };
  for (let last = 1; last <= 6; last += 1) {
    for (const [where, way] of Object.entries({ there: organization, back: commit })) {
      set(way);
      const write = await killRun(world, project, "up", last);
      writes[where]?.push(write);
      // GitHub's provider takes a 404 in a secret's deletion for a failure; a refresh knows better. Ours needs none.
      const refresh = write?.startsWith("DELETE") && write.includes("/secrets/") ? ["--refresh"] : [];
      if (write !== undefined) await succeed(healing, "up", ...refresh);
      expect(await watch.findOutages(), `${where}, after ${write}`).toEqual([]);
      expect(findLeftovers(world, new Map([["acme/app", way]])), `${where}, after ${write}`).toEqual([]);
    }
  }
  const file = "POST /api/graphql createCommitOnBranch";
  const secret = expect.stringMatching(/\/secrets\//);
  const created = expect.stringMatching(/^POST .*\/keys$/);
  const deleted = expect.stringMatching(/^DELETE .*\/keys\//);
  // The identity, the central file, the caller; then what the file of before had used.
  expect(writes.there?.slice(0, 3)).toEqual([created, file, file]);
  expect(writes.there?.slice(3).filter((write) => write !== undefined)).toEqual([secret, secret, deleted]);
  expect(writes.back?.slice(0, 4)).toEqual([created, secret, secret, file]);
  expect(
    writes.back
      ?.slice(4)
      .filter((write) => write !== undefined)
      .toSorted(),
  ).toEqual([deleted, file]);
});
