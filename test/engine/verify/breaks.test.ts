/**
 * Every link of the chain that somebody can break: `npm run verify` names it and nothing else, and what it prints mends it. One world,
 * in which each break has a repository of its own; so one look finds them all, and one `pulumi up` mends all that is ours.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderFix } from "../../../commands/verify/render/fix.ts";
import { succeed } from "../support.ts";
import type { Break } from "./breaks/break.ts";
import { breaks } from "./breaks/index.ts";
import { type BreaksStage, startBreaks } from "./stage.ts";
import { findFaults, nameFault, type Verified, verifyIn } from "./verified.ts";

let stage: BreaksStage;
beforeAll(async () => {
  stage = await startBreaks(breaks);
});
afterAll(() => stage?.close());

async function look(): Promise<Verified> {
  const verified = await verifyIn(stage.project, "--stack", "test");
  // Searched for secrets at the end, as what the engine prints.
  stage.project.outputs.push({ command: "verify", output: JSON.stringify(verified) });
  return verified;
}

const alone = breaks.filter((one) => !one.isForAll);
const forAll = breaks.filter((one) => one.isForAll);
const byName = (list: readonly Break[]) => list.map((one) => [`${one.title}: ${one.check}`, one] as const);

/** What is found where the break is, and nowhere else it may be. */
function faultsAt(one: Break, verified: Verified) {
  const { slug } = stage.siteOf(one);
  return findFaults(verified).filter(({ repository }) => one.isForAll || repository === slug);
}

function expectNamed(one: Break, verified: Verified): void {
  const faults = faultsAt(one, verified);
  const named = [...new Set(faults.map(nameFault))].toSorted();
  const [wanted] = faults.filter(({ id }) => id === one.check);
  expect(named, JSON.stringify(faults)).toEqual(
    [wanted ? nameFault(wanted) : one.check, ...(one.along ?? [])].toSorted(),
  );
  if (typeof one.says === "string") expect(wanted?.reason).toContain(one.says);
  else expect(wanted?.reason).toMatch(one.says);
  const fix = wanted?.fix ? renderFix(wanted.fix) : "";
  if (typeof one.mend === "string") expect(fix).toBe(`${one.mend} --stack test`);
  else if (typeof one.mend.advice === "string") expect(fix).toContain(one.mend.advice);
  else expect(fix).toMatch(one.mend.advice);
}

/** As printed. */
async function runPrinted(command: string): Promise<void> {
  const [program, name = "", ...args] = command.split(" ");
  expect(program).toBe("pulumi");
  await succeed(stage.project, name, ...args);
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
      for (const command of commands) await runPrinted(command);
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
  it.each(byName(forAll))("%s", async (_, one) => {
    const site = stage.siteOf(one);
    await one.break(site);
    expectNamed(one, await look());
    if (typeof one.mend === "string") await runPrinted(one.mend);
    else await one.mend.by(site);
    expect(findFaults(await look())).toEqual([]);
  });
});
