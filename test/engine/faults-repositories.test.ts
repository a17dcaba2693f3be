/**
 * What a failing service does to a run, row by row: one repository per row, so that one run tries them all. Whatever the run
 * itself came to, the next one heals it: nothing is missing, and nothing is there twice. Of workflow files: faults-workflow-files.test.ts.
 */
import { describe, expect, it } from "vitest";
import { faultFor } from "../../sandbox/faults.ts";
import { fileText, listCredentials, secretNames } from "../../sandbox/rehearsal/evidence.ts";
import { defects, faults, firstOf, githubFaults, type Route, type Row, rowsOf, workflowPath } from "./faults.ts";
import { claudeAperture } from "./inline-claude-aperture.ts";
import { sharedStage } from "./shared-stage.ts";
import { fail, oneRepository, succeed } from "./support.ts";

const firstUp: Record<string, Route> = {
  "the repository": { method: "GET", path: /^$/ },
  "its public key": { method: "GET", path: /^\/actions\/secrets\/public-key$/ },
  "the client ID": { method: "PUT", path: /^\/actions\/secrets\/TS_OAUTH_CLIENT_ID$/ },
  "the audience": { method: "PUT", path: /^\/actions\/secrets\/TS_AUDIENCE$/ },
  "the audience, read back": { method: "GET", path: /^\/actions\/secrets\/TS_AUDIENCE$/ },
};
const destroy: Record<string, Route> = {
  "the client ID, deleted": { method: "DELETE", path: /^\/actions\/secrets\/TS_OAUTH_CLIENT_ID$/ },
};

const rows = { firstUp: rowsOf(firstUp, "app"), destroy: rowsOf(destroy, "app") };
const repositories = rows.firstUp.map(({ repository }) => repository);
const failing = ["--continue-on-error", "--parallel", "20"];

type Stand = ReturnType<typeof sharedStage>;

function disarm({ world }: Stand): void {
  for (const service of [world.github, world.tailscale]) service.faults.choose = () => undefined;
}

function met({ world }: Stand): number {
  return [...world.github.journal, ...world.tailscale.journal].filter(({ fault }) => fault !== undefined).length;
}

describe("a run with a fault at each of GitHub's routes, and the next one:", () => {
  const set = sharedStage({
    inline: claudeAperture,
    repositories: repositories.map((name) => `acme/${name}` as const),
    config: { ...oneRepository, "claude-aperture:repositories": repositories },
  });
  /** A run in which each of the rows meets its fault. */
  const runWith = async (armed: Row[], command: "up" | "destroy") => {
    const before = met(set);
    set.world.github.faults.choose = firstOf(armed.map(({ matches, fault }) => faultFor(matches, fault)));
    await fail(set.project, command, ...failing);
    expect(met(set)).toBe(before + armed.length);
    disarm(set);
  };
  /** The rows that are not as a run without faults leaves them. */
  const rowsUnlike = (wanted: { text: string; commits: number }) =>
    Object.fromEntries(
      rows.firstUp.flatMap(({ name, repository }) => {
        const found = defects(set.world, `acme/${repository}`, wanted);
        return found.length > 0 ? [[name, found]] : [];
      }),
    );

  it("first up", async () => {
    await runWith(rows.firstUp, "up");
    await succeed(set.project, "up");
    expect(rowsUnlike({ text: "anthropics/claude-code-action", commits: 1 })).toEqual({});
    await succeed(set.project, "up", "--expect-no-changes");
  });

  it("destroy", async () => {
    await runWith(rows.destroy, "destroy");
    // A deletion that was done and not noted is a 404 for the provider; a refresh clears it.
    await succeed(set.project, "destroy", "--refresh");
    expect(listCredentials(set.world)).toEqual([]);
    for (const repository of repositories) {
      expect(secretNames(set.world, `acme/${repository}`)).toEqual([]);
      expect(fileText(set.world, `acme/${repository}`, workflowPath)).toBeUndefined();
    }
  });
});

describe("a run with a fault at each credential, and the next one:", () => {
  // Tailscale's routes name no repository: each fault goes to one of the credentials, whosever.
  const names = Object.keys(faults).map((_, index) => `app-${index + 1}`);
  const set = sharedStage({
    inline: claudeAperture,
    repositories: names.map((name) => `acme/${name}` as const),
    config: { ...oneRepository, "claude-aperture:repositories": names },
  });
  const arm = (wanted: string) => {
    set.world.tailscale.faults.choose = firstOf(
      Object.values(faults).map((fault) =>
        faultFor(({ method, path }) => method === wanted && path.includes("/keys"), fault),
      ),
    );
  };

  it("first up makes none twice, and deletes the one whose answer got lost", async () => {
    arm("POST");
    await fail(set.project, "up", ...failing);
    expect(met(set)).toBe(names.length);
    expect(listCredentials(set.world)).toHaveLength(1);
    disarm(set);
    expect(await succeed(set.project, "up")).toMatch(
      /Deleted the credential \S+ \("claude-acme-app-\d-[0-9a-f]{8}-[0-9a-f]{6}"\)/,
    );
    for (const name of names) {
      expect(defects(set.world, `acme/${name}`, { text: "anthropics/claude-code-action", commits: 1 })).toEqual([]);
    }
    await succeed(set.project, "up", "--expect-no-changes");
  });

  it("destroy", async () => {
    arm("DELETE");
    await fail(set.project, "destroy", ...failing);
    expect(met(set)).toBe(2 * names.length);
    disarm(set);
    await succeed(set.project, "destroy");
    expect(listCredentials(set.world)).toEqual([]);
  });
});

describe("what the program itself reads", () => {
  const { "401": unauthorized, ...passing } = githubFaults;
  const names = Object.keys(passing).map((_, index) => `app-${index + 1}`);
  const set = sharedStage({
    inline: claudeAperture,
    repositories: names.map((name) => `acme/${name}` as const),
    config: { ...oneRepository, "claude-aperture:repositories": names },
  });

  it(`is read again within the same run after ${Object.keys(passing).join(", ")}`, async () => {
    const subjects = Object.values(passing).map((fault, index) =>
      faultFor(({ path }) => path.startsWith(`/api/v3/repos/acme/app-${index + 1}/actions/oidc`), fault),
    );
    const queries = Object.values(passing).map((fault) => faultFor(({ path }) => path === "/api/graphql", fault));
    // A request is repeated three times at most.
    for (const armed of [subjects, queries.slice(0, 3), queries.slice(3)]) {
      set.world.github.faults.choose = firstOf(armed);
      await succeed(set.project, "preview");
    }
    expect(met(set)).toBe(subjects.length + queries.length);
  }, 300_000);

  it("is refused with 401: nothing is written, and the message has the fix", async () => {
    if (!unauthorized) throw new Error("no such fault");
    set.world.github.faults.choose = () => unauthorized;
    expect(await fail(set.project, "up")).toContain("set GITHUB_TOKEN");
    set.world.github.faults.choose = () => undefined;
    expect(listCredentials(set.world)).toEqual([]);
  });
});
