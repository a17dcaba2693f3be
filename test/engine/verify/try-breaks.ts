/**
 * The tests of a table of breaks: `npm run verify` names each and nothing else, and what it prints mends it. One world, in which each
 * break has a repository of its own; so one look finds them all, and one `pulumi up` mends all that is ours.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderFix } from "../../../commands/verify/render/fix.ts";
import { succeed } from "../support.ts";
import type { Break } from "./breaks/break.ts";
import { type BreaksStage, type StageKind, startBreaks } from "./stage.ts";
import { findFaults, nameFault, type Verified, verifyIn } from "./verified.ts";

export function tryBreaks(breaks: readonly Break[], kind: StageKind): void {
  let stage: BreaksStage;
  beforeAll(async () => {
    stage = await startBreaks(breaks, kind);
  });
  afterAll(() => stage?.close());

  const alone = breaks.filter((one) => !one.isForAll);
  const forAll = breaks.filter((one) => one.isForAll);

  async function look(repositories: string[] = [], aperture = stage.world.aperture.url): Promise<Verified> {
    const args = kind.isSetUp ? ["--aperture", aperture] : ["--before"];
    const verified = await verifyIn(stage.project, "--stack", "test", ...args, ...repositories);
    // Searched for secrets at the end, as what the engine prints.
    stage.project.outputs.push({ command: "verify", output: JSON.stringify(verified) });
    return verified;
  }

  /** What is found where the break is, and nowhere else it may be. */
  function faultsAt(one: Break, verified: Verified) {
    const { slug } = stage.siteOf(one);
    return findFaults(verified).filter(({ repository }) => one.isForAll || repository === slug);
  }

  function expectNamed(one: Break, verified: Verified): void {
    const faults = faultsAt(one, verified);
    const named = [...new Set(faults.map(nameFault))].toSorted();
    const [wanted] = faults.filter(({ id }) => id === one.check);
    const expected = [wanted ? nameFault(wanted) : one.check, ...(one.along ?? [])].toSorted();
    expect(named, JSON.stringify(faults)).toEqual(expected);
    expectText(wanted?.reason, one.says);
    const fix = wanted?.fix ? renderFix(wanted.fix) : "";
    if (typeof one.mend === "string") expect(fix).toBe(`${one.mend} --stack test`);
    else expectText(fix, one.mend.advice);
  }

  /** As printed. A run asks nothing and shows no preview, which does the same reads and checks. */
  async function runPrinted(command: string): Promise<void> {
    const [program, name = "", ...args] = command.replaceAll("'", "").split(" ");
    expect(program).toBe("pulumi");
    if (name === "up") await succeed(stage.project, name, ...args);
    else expect(await stage.project.pulumi(name, ...args)).toMatchObject({ exitCode: 0 });
  }

  it("nothing is broken before", async () => {
    const verified = await look();
    expect(findFaults(verified)).toEqual([]);
    expect(verified.exitCode).toBe(0);
  });

  describe("in one repository", () => {
    let verified: Verified;
    beforeAll(async () => {
      for (const one of alone) await one.break(stage.siteOf(one));
      verified = await look();
    });

    it.each(byName(alone))("%s", (_, one) => expectNamed(one, verified));

    it("and where nothing was broken nothing is named", () => {
      const broken = new Set<string | undefined>(alone.map((one) => stage.siteOf(one).slug));
      expect(findFaults(verified).filter(({ repository }) => !broken.has(repository))).toEqual([]);
      expect(verified.exitCode).toBe(1);
    });

    describe("is mended by what is printed", () => {
      let after: Verified;
      beforeAll(async () => {
        for (const one of alone) if (typeof one.mend === "object") await one.mend.by(stage.siteOf(one));
        const commands = new Set(alone.flatMap(({ mend }) => (typeof mend === "string" ? [mend] : [])));
        for (const command of commands) await runPrinted(`${command} --stack test`);
        after = await look();
      });

      it.each(byName(alone))("%s", (_, one) => expect(faultsAt(one, after)).toEqual([]));

      it("and all is well", () => {
        expect(findFaults(after)).toEqual([]);
        expect(after.exitCode).toBe(0);
      });
    });
  });

  describe("for all repositories", () => {
    // Of those that share it, one of each kind.
    const some = () => [
      "app",
      ...alone
        .filter(isCentral)
        .slice(0, 1)
        .map((one) => stage.siteOf(one).slug),
    ];

    it.each(byName(forAll))("%s", async (_, one) => {
      const site = stage.siteOf(one);
      await one.break(site);
      try {
        expectNamed(one, await look(some(), one.aperture?.(site)));
      } finally {
        if (typeof one.mend === "string") await runPrinted(`${one.mend} --stack test`);
        else await one.mend.by(site);
      }
      expect(findFaults(await look(some()))).toEqual([]);
    });
  });
}

const byName = (list: readonly Break[]) => list.map((one) => [`${one.title}: ${one.check}`, one] as const);

const isCentral = ({ settings }: Break) => JSON.stringify(settings ?? {}).includes('"central"');

function expectText(text: string | undefined, expected: string | RegExp): void {
  if (typeof expected === "string") expect(text, text).toContain(expected);
  else expect(text, text).toMatch(expected);
}
