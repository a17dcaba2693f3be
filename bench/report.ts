/** The measurements as Markdown tables. */
import type { Measurement, StepName } from "./measure.ts";
import { stepNames } from "./measure.ts";
import type { EditMeasurement } from "./policy-edits.ts";
import { type ProgramName, programs } from "./programs.ts";
import { median, sum } from "./statistics.ts";

/** The measurements of one program, size and latency. */
interface Group {
  program: ProgramName;
  repositories: number;
  latencyMs: number;
  measurements: Measurement[];
}

export function timeTable(measurements: Measurement[]): string {
  const rows = groupsOf(measurements).map((group) => [
    ...labels(group),
    ...stepNames.map((step) => seconds(group, step)),
  ]);
  return table([...labelTitles, ...stepNames], rows);
}

/** Ours against the plain program: the median of the ratios within each run, which share the machine's mood. */
export function ratioTable(measurements: Measurement[]): string {
  const rows = groupsOf(measurements)
    .filter(({ program }) => program === "ours")
    .flatMap((ours) => {
      const plain = groupsOf(measurements).find(
        ({ program, repositories, latencyMs }) =>
          program === "plain" && repositories === ours.repositories && latencyMs === ours.latencyMs,
      );
      if (!plain) return [];
      const ratio = (of: (group: Group, run: number) => number, runs: number) =>
        median(Array.from({ length: runs }, (_, run) => of(ours, run) / of(plain, run))).toFixed(2);
      const runs = Math.min(stepsOf(ours, "first up").length, stepsOf(plain, "first up").length);
      return [
        [
          String(ours.repositories),
          `${ours.latencyMs} ms`,
          ...stepNames.map((step) => ratio((group, run) => stepsOf(group, step)[run]?.seconds ?? Number.NaN, runs)),
        ],
      ];
    });
  return table(["repositories", "latency", ...stepNames], rows);
}

export function requestTable(measurements: Measurement[]): string {
  const rows = largestOfEach(measurements).map((group) => [
    title(group.program),
    String(group.repositories),
    ...stepNames.map((step) => (requests(group, step) / group.repositories).toFixed(2)),
    (median(stepsOf(group, "no-op preview").map(({ stateBytes }) => stateBytes)) / group.repositories / 1000).toFixed(
      2,
    ),
  ]);
  return table(["program", "repositories", ...stepNames, "state, kB"], rows);
}

/** Requests by route in one step, all repositories together. */
export function routeTable(measurements: Measurement[], step: StepName): string {
  const groups = largestOfEach(measurements);
  const count = (group: Group, route: string) => stepsOf(group, step)[0]?.routes[route] ?? 0;
  const routes = new Set(groups.flatMap((group) => Object.keys(stepsOf(group, step)[0]?.routes ?? {})));
  return table(
    ["route", ...groups.map((group) => title(group.program))],
    [...routes].map((route) => [`\`${route}\``, ...groups.map((group) => String(count(group, route)))]),
  );
}

export function editTable(measurements: EditMeasurement[]): string {
  const edits = Object.keys(measurements[0]?.milliseconds ?? {});
  return table(
    ["file", "kB", ...edits.map((edit) => `${edit}, ms`)],
    measurements.map(({ file, bytes, milliseconds }) => [
      file,
      String(Math.round(bytes / 1000)),
      ...edits.map((edit) => (milliseconds[edit] ?? Number.NaN).toFixed(0)),
    ]),
  );
}

const labelTitles = ["program", "repositories", "latency"];

function labels({ program, repositories, latencyMs }: Group): string[] {
  return [title(program), program === "empty" ? "-" : String(repositories), `${latencyMs} ms`];
}

function title(name: ProgramName): string {
  return programs.find((program) => program.name === name)?.title ?? name;
}

function groupsOf(measurements: Measurement[]): Group[] {
  const groups = Map.groupBy(measurements, (m) => `${m.repositories} ${m.latencyMs} ${m.program}`);
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    return first ? [{ ...first, measurements: members }] : [];
  });
}

/** Requests per repository hardly depend on latency: one row for each program, at its largest size and latency. */
function largestOfEach(measurements: Measurement[]): Group[] {
  const groups = groupsOf(measurements).filter(({ program }) => program !== "empty");
  const rank = ({ repositories, latencyMs }: Group) => repositories * 1e6 + latencyMs;
  return [...Map.groupBy(groups, ({ program }) => program).values()].flatMap((same) =>
    same.toSorted((a, b) => rank(b) - rank(a)).slice(0, 1),
  );
}

function stepsOf({ measurements }: Group, step: StepName): Measurement[] {
  return measurements.filter((measurement) => measurement.step === step);
}

function seconds(group: Group, step: StepName): string {
  return median(stepsOf(group, step).map((measurement) => measurement.seconds)).toFixed(1);
}

function requests(group: Group, step: StepName): number {
  return median(stepsOf(group, step).map(({ routes }) => sum(Object.values(routes))));
}

function table(titles: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}
