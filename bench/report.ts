/** The measurements as Markdown tables. */
import { aims, isOurs, openTofu, ourPrograms } from "./aims.ts";
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
  const scaled = groupsOf(measurements)
    .filter(({ program }) => program === "plain")
    .map((plain) => [
      openTofu.title,
      String(plain.repositories),
      `${plain.latencyMs} ms`,
      ...stepNames.map((step) => {
        const ofPlain = openTofuRatio(step);
        return Number.isNaN(ofPlain) ? "" : (medianSeconds(plain, step) * ofPlain).toFixed(1);
      }),
    ]);
  return table([...labelTitles, ...stepNames], [...rows, ...scaled]);
}

/** Ours against the plain program: the median of the ratios within each run, which share the machine's mood. */
export function ratioTable(measurements: Measurement[]): string {
  const groups = groupsOf(measurements);
  const rows = groups.flatMap((ours) => {
    const plain = findPlain(groups, ours);
    if (!isOurs(ours.program) || !plain) return [];
    return [[...labels(ours), ...stepNames.map((step) => formatRatio(ratio(ours, plain, step)))]];
  });
  const aimRows = ourPrograms.map((name) => [
    `aim: ${title(name)}`,
    "",
    "",
    ...stepNames.map((step) => (aims[name].ratios[step] === undefined ? "" : `at most ${aims[name].ratios[step]}`)),
  ]);
  const tofu = [openTofu.title, "", "", ...stepNames.map((step) => formatRatio(openTofuRatio(step)))];
  return table([...labelTitles, ...stepNames], [...rows, ...aimRows, tofu]);
}

function findPlain(groups: Group[], { repositories, latencyMs }: Group): Group | undefined {
  return groups.find(
    (group) => group.program === "plain" && group.repositories === repositories && group.latencyMs === latencyMs,
  );
}

function ratio(one: Group, other: Group, step: StepName): number {
  const [ones, others] = [stepsOf(one, step), stepsOf(other, step)];
  const ratios = ones.flatMap(({ seconds }, run) => (others[run] ? [seconds / others[run].seconds] : []));
  return median(ratios);
}

function openTofuRatio(step: StepName): number {
  const seconds = openTofu.seconds[step];
  return seconds ? seconds.tofu / seconds.plain : Number.NaN;
}

const formatRatio = (value: number): string => (Number.isNaN(value) ? "" : value.toFixed(2));

export function requestTable(measurements: Measurement[]): string {
  const rows = largestOfEach(measurements).map((group) => [
    title(group.program),
    String(group.repositories),
    ...stepNames.map((step) => (requests(group, step) / group.repositories).toFixed(2)),
    (median(stepsOf(group, "no-op preview").map(({ stateBytes }) => stateBytes)) / group.repositories / 1000).toFixed(
      2,
    ),
  ]);
  const aimRows = ourPrograms.map((name) => [
    `aim: ${title(name)}`,
    "",
    ...stepNames.map((step) => (step === "first up" ? `at most ${aims[name].requests}` : "")),
    `under ${aims[name].stateKb}`,
  ]);
  return table(["program", "repositories", ...stepNames, "state, kB"], [...rows, ...aimRows]);
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
  const found = medianSeconds(group, step);
  return Number.isNaN(found) ? "" : found.toFixed(1);
}

function medianSeconds(group: Group, step: StepName): number {
  return median(stepsOf(group, step).map((measurement) => measurement.seconds));
}

function requests(group: Group, step: StepName): number {
  return median(stepsOf(group, step).map(({ routes }) => sum(Object.values(routes))));
}

function table(titles: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}
