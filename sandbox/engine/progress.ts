/** Lines for a person who waits: each part as it begins and ends, and signs of life in between. */

export type Log = (line: string) => void;

/** Does `work` between two lines with the seconds that it took; says every 15 seconds that it still runs. */
export async function report<T>(log: Log, what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const seconds = () => `${Math.round((performance.now() - start) / 1000)} s`;
  log(`${what} ...`);
  const timer = setInterval(() => log(`${what} ... ${seconds()}`), 15_000);
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
