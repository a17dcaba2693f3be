/** What the bench is held to, and what another tool needs for the same job. */
import type { StepName } from "./measure.ts";
import type { ProgramName } from "./programs.ts";

export const ourPrograms = ["ours", "ours-organization"] as const satisfies ProgramName[];
type Ours = (typeof ourPrograms)[number];

export function isOurs(name: ProgramName): name is Ours {
  return ourPrograms.some((one) => one === name);
}

interface Aims {
  /** Seconds as a share of the plain program's in the same run. */
  ratios: Partial<Record<StepName, number>>;
  /** A repository, in the first up. */
  requests: number;
  /** A repository. */
  stateKb: number;
}

export const aims: Record<Ours, Aims> = {
  ours: {
    ratios: { "first up": 0.6, "no-op preview": 1, "one-model change": 0.9, "prompt change": 0.9, destroy: 0.5 },
    requests: 11.5,
    stateKb: 10,
  },
  "ours-organization": {
    ratios: { "first up": 0.25, "no-op preview": 0.5, "one-model change": 0.4, "prompt change": 0.4, destroy: 0.25 },
    requests: 2,
    stateKb: 4,
  },
};

/**
 * OpenTofu does the plain program's job, but its no-op plan reads everything. Measured once, in one run with the plain program: 100
 * repositories, 80 ms, 2 cores, best settings of both. It is not part of the bench, so it is shown as a share of the plain program.
 */
export const openTofu: { title: string; seconds: Partial<Record<StepName, { tofu: number; plain: number }>> } = {
  title: "OpenTofu 1.12.6, scaled",
  seconds: {
    "first up": { tofu: 12.8, plain: 30.5 },
    "no-op preview": { tofu: 4.2, plain: 11.2 },
    destroy: { tofu: 7.4, plain: 19.2 },
  },
};
