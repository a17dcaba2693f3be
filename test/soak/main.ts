/** `npm run soak`: many writers and random histories at full size, on the real engine. See test/soak/README.md. */
import { prepareEngine } from "../../sandbox/engine/index.ts";
import { withHistoryStacks } from "../engine/history/engine-stacks.ts";
import { runHistory } from "../engine/history/history.ts";
import { contest } from "../writers/contest.ts";
import { withStacks } from "../writers/on-engines.ts";
import { readOptions, type SoakOptions, usage } from "./options.ts";

const started = Date.now();
const options = readOptionsOrExit();
const until = options.minutes === undefined ? undefined : started + options.minutes * 60_000;
const engine = await prepareEngine({ log: console.error });
for (const line of engine.description) console.log(line);

const violations: string[] = [];
const summary: string[] = [];
let seed = options.seed;
do {
  if (options.only !== "histories") await violationsOf("writers", seed, writers);
  if (options.only !== "writers" && !isOver()) await violationsOf("histories", seed, history);
  seed += 1;
} while (until !== undefined && !isOver());

console.log(`\n${minutes()} minutes`);
for (const line of summary) console.log(line);
for (const violation of violations) console.error(`\n${violation}`);
console.log(violations.length === 0 ? "no violation" : `${violations.length} violations`);
process.exit(violations.length === 0 ? 0 : 1);

async function writers(seed: number): Promise<string> {
  const { operations } = options;
  const sizes = { seed, stackEdits: operations, personEdits: operations };
  const onProgress = (done: number) => {
    if (done % 20 === 0) logProgress(`seed ${seed}, writers: ${done} of ${operations} edits of stacks`);
  };
  const result = await withStacks((world, stacks) => contest(world, stacks, { ...sizes, onProgress }));
  if (result.violations.length > 0) throw new Error(result.violations.join("\n"));
  const { stackEdits, personEdits, versions, overtaken } = result;
  return `${stackEdits} edits of 8 stacks, ${personEdits} of a person, ${versions} versions, ${overtaken} writes overtaken`;
}

async function history(seed: number): Promise<string> {
  const { operations } = options;
  const onStep = (step: number) => {
    if (step % 20 === 0) logProgress(`seed ${seed}, history: ${step} of ${operations} operations`);
  };
  const limits = { seed, operations, ...(until === undefined ? {} : { until }) };
  const result = await withHistoryStacks((world, stacks) => runHistory(world, stacks, { ...limits, onStep }));
  const { operations: done, succeeded, failed, faultsMet } = result;
  return `${done} operations, ${succeeded} runs succeeded, ${failed} failed as they might, ${faultsMet} faults met`;
}

async function violationsOf(what: "writers" | "histories", seed: number, run: (seed: number) => Promise<string>) {
  try {
    summary.push(`seed ${seed}, ${what}: ${await run(seed)}`);
  } catch (error) {
    summary.push(`seed ${seed}, ${what}: VIOLATION`);
    const again = `npm run soak -- --seed ${seed} --operations ${options.operations} --only ${what}`;
    violations.push(`${again}\n${error instanceof Error ? error.message : String(error)}`);
  }
  logProgress(summary.at(-1) ?? "");
}

function isOver(): boolean {
  return until !== undefined && Date.now() >= until;
}

function minutes(): string {
  return ((Date.now() - started) / 60_000).toFixed(1);
}

function logProgress(what: string): void {
  console.log(`${minutes()} min  ${what}`);
}

function readOptionsOrExit(): SoakOptions {
  try {
    const read = readOptions(process.argv.slice(2), started % 2 ** 31);
    if (read !== "help") return read;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
