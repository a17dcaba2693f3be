/** Requests that come one by one and are sent together. */
export interface BatchOptions {
  /** The most that are sent together. */
  size: number;
  /**
   * How long the latest waits for another one, in milliseconds. Where they come slowly it waits longer, up to twenty times: Pulumi's
   * engine asks for one resource after the other, each when it has written its state. The first waits at most eight times as long as the latest.
   */
  patience: number;
}

/** How much longer than the last ones took to come. */
const slack = 2;
const forgetting = 0.9;
const longestPatience = 20;
const mostWaits = 8;

interface Waiting<Request, Result> {
  request: Request;
  settle: PromiseWithResolvers<Result>;
}

/** Sends what comes within a moment in one go. */
export class Batch<Request, Result> {
  readonly #options: BatchOptions;
  readonly #send: (requests: Request[]) => Promise<Result[]>;
  #waiting: Waiting<Request, Result>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastCame = 0;
  /** The longest that one of the last took to come after the one before, in milliseconds. */
  #gap = 0;
  /** When the waiting ones are sent whatever else comes. */
  #latest = 0;

  /** `send` answers in the order of the requests. Its error is the error of each of them. */
  constructor(options: BatchOptions, send: (requests: Request[]) => Promise<Result[]>) {
    this.#options = options;
    this.#send = send;
  }

  add(request: Request): Promise<Result> {
    const settle = Promise.withResolvers<Result>();
    this.#waiting.push({ request, settle });
    if (this.#waiting.length === this.#options.size) this.#flush();
    else this.#flushLater();
    return settle.promise;
  }

  #flushLater(): void {
    const patience = this.#choosePatience();
    const now = performance.now();
    if (this.#waiting.length === 1) this.#latest = now + mostWaits * patience;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), Math.min(patience, this.#latest - now));
  }

  #choosePatience(): number {
    const longest = longestPatience * this.#options.patience;
    const now = performance.now();
    const gap = now - this.#lastCame;
    this.#lastCame = now;
    // After a pause it is another burst, which may come as fast as it likes.
    this.#gap = gap > longest ? 0 : Math.max(gap, forgetting * this.#gap);
    return Math.min(longest, Math.max(this.#options.patience, slack * this.#gap));
  }

  #flush(): void {
    clearTimeout(this.#timer);
    const batch = this.#waiting;
    this.#waiting = [];
    this.#send(batch.map(({ request }) => request)).then(
      (results) => {
        for (const [index, { settle }] of batch.entries()) settle.resolve(results[index] as Result);
      },
      (error: unknown) => {
        for (const { settle } of batch) settle.reject(error);
      },
    );
  }
}
