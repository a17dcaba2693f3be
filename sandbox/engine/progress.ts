/** Lines for a person who waits: each part as it begins and ends, and signs of life in between. */

export type Log = (line: string) => void;

/**
 * Does `work` between two lines with the seconds that it took; says every 15 seconds that it still runs. `left` says how much
 * there is still to do after so many seconds of this work.
 */
export async function report<T>(
  log: Log,
  what: string,
  work: () => Promise<T>,
  left: (seconds: number) => string = () => "",
): Promise<T> {
  const start = performance.now();
  const passed = () => (performance.now() - start) / 1000;
  const seconds = () => `${Math.round(passed())} s`;
  log(`${what} ...${left(0)}`);
  const timer = setInterval(() => log(`${what} ... ${seconds()}${left(passed())}`), 15_000);
  try {
    const result = await work();
    log(`${what}: done in ${seconds()}`);
    return result;
  } catch (error) {
    log(`${what}: failed after ${seconds()}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

export interface Step {
  name: string;
  /** How long it took, in seconds, where it was measured: two cores, nothing in Go's caches. */
  usualSeconds: number;
}

/** Counts the steps of a build and estimates what is left: from the measured times at first, then at this machine's pace. */
export class Steps {
  readonly #log: Log;
  readonly #steps: readonly Step[];
  /** Of the steps that were done here. */
  readonly #done = { usual: 0, actual: 0 };

  constructor(log: Log, steps: readonly Step[]) {
    this.#log = log;
    this.#steps = steps;
  }

  /** The line before the first step. */
  announce(): void {
    const count = this.#steps.length;
    const usual = minutes(this.#steps.reduce((sum, { usualSeconds }) => sum + usualSeconds, 0));
    this.#log(
      `Building the engine from Go modules, once: ${count === 1 ? "1 step" : `${count} steps`}. ` +
        `Two cores with a fast network need ${usual}; after the first step the estimate goes by this machine.`,
    );
  }

  /** Does one of the steps; the others before it are done or were not needed any more. */
  async run<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const index = this.#steps.indexOf(step);
    const what = `Step ${index + 1} of ${this.#steps.length}: building ${step.name}`;
    const start = performance.now();
    const result = await report(this.#log, what, work, (seconds) => ` (${this.#left(index, seconds)})`);
    this.#done.usual += step.usualSeconds;
    this.#done.actual += (performance.now() - start) / 1000;
    return result;
  }

  #left(index: number, seconds: number): string {
    const { usual, actual } = this.#done;
    const pace = usual > 0 ? actual / usual : 1;
    const ofThis = this.#steps[index]?.usualSeconds ?? 0;
    const ofOthers = this.#steps.slice(index + 1).reduce((sum, { usualSeconds }) => sum + usualSeconds, 0);
    if (seconds <= ofThis * pace) return `${minutes(ofThis * pace - seconds + ofOthers * pace)} left`;
    // Too low an estimate says nothing about the rest of this step, and that the others will take longer, too.
    const further = ofOthers * ((actual + seconds) / (usual + ofThis));
    return further > 0 ? `longer than estimated, then ${minutes(further)} more` : "longer than estimated";
  }
}

function minutes(seconds: number): string {
  if (seconds < 45) return "less than a minute";
  const count = Math.round(seconds / 60);
  return count === 1 ? "about a minute" : `about ${count} minutes`;
}
