/** Requests that come one by one and are sent together. */
export interface BatchOptions {
  /** The most that are sent together. */
  size: number;
  /**
   * How long the latest waits for another one, in milliseconds; the first waits at most five times as long. Pulumi's engine asks for
   * one resource after the other, as it has written its state.
   */
  patience: number;
}

const mostWaits = 5;

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
    const { patience } = this.#options;
    const now = performance.now();
    if (this.#waiting.length === 1) this.#latest = now + mostWaits * patience;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), Math.min(patience, this.#latest - now));
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
