/** The command line of the bench. */
import { parseArgs } from "node:util";
import { type ProgramName, programs } from "./programs.ts";

export const usage = `npm run bench -- [options]
  --repositories 1,10,100   numbers of repositories
  --latency 0,80            milliseconds before each answer of the services
  --runs 3                  how often; medians are shown
  --programs ours,plain     of ${programs.map(({ name }) => name).join(", ")}; default all, the defaults up to 10 repositories
  --parallel 50             of the engine, for all but the plain program with defaults
  --json FILE               every single measurement
About two minutes: --repositories 10 --latency 80 --runs 1`;

export interface BenchOptions {
  repositories: number[];
  latencies: number[];
  runs: number;
  programs: ProgramName[] | undefined;
  parallel: number;
  json: string | undefined;
}

export function readOptions(args: string[]): BenchOptions | "help" {
  const { values } = parseArgs({
    args,
    options: {
      repositories: { type: "string", default: "1,10,100" },
      latency: { type: "string", default: "0,80" },
      runs: { type: "string", default: "3" },
      programs: { type: "string" },
      parallel: { type: "string", default: "50" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  return {
    repositories: numbers("repositories", values.repositories, 1),
    latencies: numbers("latency", values.latency, 0),
    runs: number("runs", values.runs, 1),
    programs: values.programs?.split(",").map(programName),
    parallel: number("parallel", values.parallel, 1),
    json: values.json,
  };
}

function numbers(option: string, text: string, least: number): number[] {
  return text.split(",").map((part) => number(option, part, least));
}

function number(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${option} ${JSON.stringify(text)}: give whole numbers from ${least} on.`);
}

function programName(text: string): ProgramName {
  const found = programs.find(({ name }) => name === text);
  if (found) return found.name;
  throw new Error(`--programs ${JSON.stringify(text)}: it can be ${programs.map(({ name }) => name).join(", ")}.`);
}
