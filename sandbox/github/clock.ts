/** The time by which a stand-in GitHub counts its limits: the machine's, until a test moves it. */
export class Clock {
  #aheadMs = 0;
  readonly #speed: number;

  /** `speed`: how many seconds of a limit's window pass in one second, so that `Retry-After` is short in a test. */
  constructor(speed = 1) {
    this.#speed = speed;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Moves the clock: `advance(3600)` is an hour later. Clients that wait until a given time do not know of it. */
  advance(seconds: number): void {
    this.#aheadMs += seconds * 1000;
  }

  /** How many milliseconds a window of so many seconds lasts here. */
  windowMs(seconds: number): number {
    return (seconds * 1000) / this.#speed;
  }
}
