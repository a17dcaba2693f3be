/** `npm run bench`: what the set-up costs, beside a plain program that does the same job, in one run on one machine. */
import { writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform } from "node:os";
import { prepareEngine } from "../sandbox/engine/index.ts";
import { type Measurement, measureLife } from "./measure.ts";
import { readOptions, usage } from "./options.ts";
import { measureEdits } from "./policy-edits.ts";
import { type Program, programs } from "./programs.ts";
import { editTable, ratioTable, requestTable, routeTable, timeTable } from "./report.ts";

const options = readOptions(process.argv.slice(2));
if (options === "help") {
  console.log(usage);
  process.exit();
}

const engine = await prepareEngine({ log: console.error });
const machine = [
  `${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), ${platform()} ${arch()}`,
  ...engine.description,
  `engine parallelism ${options.parallel}; runs: ${options.runs}; load average at the start ${loadavg()[0]?.toFixed(1)}`,
];
for (const line of machine) console.log(`- ${line}`);

const measurements: Measurement[] = [];
for (let run = 1; run <= options.runs; run++) {
  for (const latencyMs of options.latencies) {
    for (const [index, repositories] of options.repositories.entries()) {
      for (const program of programs) {
        if (isWanted(program, repositories, index)) await measure(program, repositories, latencyMs, run);
      }
    }
  }
}

console.log(`\n## Wall seconds, medians\n\n${timeTable(measurements)}`);
console.log(`\n## Ours / plain with best settings, medians of the runs' ratios\n\n${ratioTable(measurements)}`);
console.log(`\n## Requests per repository\n\n${requestTable(measurements)}`);
for (const step of ["first up", "no-op preview", "verify", "prompt change", "destroy"] as const) {
  console.log(`\n## Requests by route: ${step}\n\n${routeTable(measurements, step)}`);
}
const edits = measureEdits(5000);
console.log(`\n## Policy edits at 5,000 entries\n\n${editTable(edits)}`);
if (options.json) writeFileSync(options.json, JSON.stringify({ machine, measurements, edits }, null, 2));

function isWanted(program: Program, repositories: number, sizeIndex: number): boolean {
  if (options === "help") return false;
  if (options.programs) return options.programs.includes(program.name);
  // The empty program has no size: once per latency is enough.
  return program.name === "empty" ? sizeIndex === 0 : repositories <= program.upTo;
}

async function measure(program: Program, repositories: number, latencyMs: number, run: number): Promise<void> {
  if (options === "help") return;
  const { parallel } = options;
  const what = `run ${run}, ${latencyMs} ms, ${repositories} repositories, ${program.title}`;
  const life = await measureLife({ program, repositories, latencyMs, parallel, environment: engine.environment });
  measurements.push(...life);
  console.error(`${what}: ${life.map(({ step, seconds }) => `${step} ${seconds.toFixed(1)}`).join(", ")}`);
}
