/** More repositories than GitHub's hourly limit holds: set up over several runs, none of which undoes another's work. */
import { expect, it } from "vitest";
import { fileText } from "../../sandbox/rehearsal/evidence.ts";
import type { World } from "../../sandbox/world.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { fail, oneRepository, stage, succeed } from "./support.ts";

const names = Array.from({ length: 10 }, (_, index) => `r${index + 1}`);
const repositories = names.map((name): `acme/${string}` => `acme/${name}`);
const config = { ...oneRepository, "claude-aperture:repositories": names };
const token = "ghp_exampleOfATokenWithFewRequests";

const done = (world: World) => repositories.filter((slug) => fileText(world, slug, ".github/workflows/claude.yml"));

it("repeated ups finish what one hour has no room for", async () => {
  const { world, project } = await stage({
    inline: claudeAperture,
    repositories,
    config,
    tokens: [{ token, rateLimit: 65 }],
  });
  const { clock } = world.github.state;
  const anHourLater = () => clock.advance(3601);

  const first = await succeed(project, "up");
  expect(first).toMatch(/warning: With this run 5 of 10 done, go on after \d\d:\d\d UTC: /);
  expect(done(world)).toEqual(repositories.slice(0, 5));

  const refused = await fail(project, "preview");
  expect(refused).toMatch(
    /hourly limit .* is used up; nothing was changed\. 5 of 10 done, go on after \d\d:\d\d UTC\./,
  );
  expect(done(world)).toHaveLength(5);

  anHourLater();
  const second = await succeed(project, "up");
  expect(second).not.toContain("go on after");
  expect(second).toMatch(/24 unchanged/);
  expect(done(world)).toEqual(repositories);
  expect(world.github.journal.filter(({ method }) => method === "DELETE")).toEqual([]);

  anHourLater();
  await succeed(project, "preview", "--expect-no-changes");
  await succeed(project, "destroy");
  expect(done(world)).toEqual([]);
});
