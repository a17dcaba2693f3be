/**
 * `npm run rehearse`: the program on the real engine against the loopback world, act by act, each claim checked.
 * `--keep` leaves the services running; `--report FILE.html` writes the whole story into one page.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prepareEngine } from "./engine/index.ts";
import { createProject } from "./project.ts";
import type { Check, Stage } from "./rehearsal/act.ts";
import { acts, rehearsalRepositories } from "./rehearsal/acts.ts";
import { openReport } from "./rehearsal/report/file.ts";
import { Narrator } from "./rehearsal/report/narrator.ts";
import { explain, heading, type Measurement, showCheck, showTable } from "./rehearsal/screen.ts";
import { prepareRunner } from "./runner/prepare.ts";
import { secretsInPlay, sweep } from "./secrecy/sweep.ts";
import { startWorld } from "./world.ts";

const { keepsRunning, writeReport } = readOptions();
const directory = join(import.meta.dirname, "..", ".sandbox", "rehearsal");

explain("Everything below happens on this machine: the services are stand-ins on the loopback interface.");
const engine = await prepareEngine({ log: console.log });
for (const line of engine.description) explain(line);

const missing = await prepareRunner(console.log);
const performed = acts.filter(({ needsRunner }) => !needsRunner || missing === undefined);
const leftOut = acts.length - performed.length;
if (missing !== undefined) explain(`${leftOut} of ${acts.length} acts run the workflow, and are left out. ${missing}`);

const world = await startWorld({ repositories: rehearsalRepositories, runner: missing === undefined });
const narrator = new Narrator(world, engine.description);
for (const act of acts) if (!performed.includes(act)) narrator.leaveOut(act.title, missing ?? "");
rmSync(directory, { recursive: true, force: true });
const project = await createProject({
  directory,
  stack: "rehearsal",
  environment: { ...engine.environment, ...world.environment },
  onOutput: (text) => process.stdout.write(text),
});
narrator.listenTo(project);
const stage: Stage = { world, project, policyBefore: world.tailscale.state.policy };

const measurements: Measurement[] = [];
for (const [index, act] of performed.entries()) measurements.push(await perform(index + 1, act));
showTable(measurements);
explain("Everything that the runs have printed and left behind is searched for every secret that was in play.");
const leaks = await sweep(world, [project]);
const closing: Check = [
  "no secret is in outputs, state, logs, temporary files or journals, in clear or encoded",
  leaks.length === 0,
];
showCheck(...closing);
for (const leak of leaks) console.log(leak);
const failed = measurements.reduce((sum, { failed }) => sum + failed, 0) + Math.min(leaks.length, 1);
finishReport([closing]);
console.log(`\n${conclude()}`);

if (keepsRunning) keep();
else await end();

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { keep: { type: "boolean", default: false }, report: { type: "string" } },
    });
    return {
      keepsRunning: values.keep,
      writeReport: values.report === undefined ? undefined : openReport(values.report),
    };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

async function perform(number: number, { title, explanation, perform }: (typeof acts)[number]): Promise<Measurement> {
  heading(number, title);
  explain(explanation);
  const requests = { tailscale: world.tailscale.journal.length, github: world.github.journal.length };
  const start = performance.now();
  narrator.begin({ title, explanation });
  const checks = await perform(stage)
    // What an act started belongs to it.
    .then(async (checks) => {
      await world.runner?.idle();
      return checks;
    })
    .catch((error) => {
      narrator.end({ error });
      finishReport([]);
      throw error;
    });
  narrator.end({ checks });
  for (const [claim, holds] of checks) showCheck(claim, holds);
  return {
    title: `${number}. ${title}`,
    tailscaleRequests: world.tailscale.journal.length - requests.tailscale,
    githubRequests: world.github.journal.length - requests.github,
    seconds: (performance.now() - start) / 1000,
    checks: checks.length,
    failed: checks.filter(([, holds]) => !holds).length,
  };
}

function finishReport(closing: Check[]): void {
  const story = narrator.finish(closing);
  if (writeReport) console.log(`The report: ${writeReport(story, secretsInPlay(world, [project]))}`);
}

/** The last line. */
function conclude(): string {
  const outcome = failed === 0 ? "Every act did what it says." : `${failed} claims did not hold: see the lines with ✗.`;
  return leftOut === 0 ? outcome : `${outcome} ${leftOut} of ${acts.length} acts were left out: they run the workflow.`;
}

/** Leaves the services running and says how to go on by hand. */
function keep(): void {
  const assignments = Object.entries(project.environment)
    .filter(([name]) => name in engine.environment || name in world.environment || name === "PULUMI_BACKEND_URL")
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
  console.log(
    `\nThe services go on until Ctrl-C. In another shell:\n\n${assignments.join("\n")}\ncd '${directory}'\npulumi up\n`,
  );
  process.once("SIGINT", () => void end());
}

async function end(): Promise<void> {
  await world.close();
  rmSync(directory, { recursive: true, force: true });
  // Where nobody reads the lines, an act that was left out is one that nobody misses.
  process.exit(failed === 0 && (leftOut === 0 || !process.env.CI) ? 0 : 1);
}
