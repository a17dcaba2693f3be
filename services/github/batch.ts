/** Requests that come one by one and are sent together. */
import { setTimeout } from "node:timers/promises";

export interface BatchOptions {
  /** The most that are sent together. */
  size: number;
  /** How long the first waits for others, in milliseconds. */
  patience: number;
}

interface Waiting<Request, Result> {
  request: Request;
  settle: PromiseWithResolvers<Result>;
}

/** Sends what comes within a moment in one go. */
export class Batch<Request, Result> {
  readonly #options: BatchOptions;
  readonly #send: (requests: Request[]) => Promise<Result[]>;
  #waiting: Waiting<Request, Result>[] = [];

  /** `send` answers in the order of the requests. Its error is the error of each of them. */
  constructor(options: BatchOptions, send: (requests: Request[]) => Promise<Result[]>) {
    this.#options = options;
    this.#send = send;
  }

  add(request: Request): Promise<Result> {
    const settle = Promise.withResolvers<Result>();
    this.#waiting.push({ request, settle });
    if (this.#waiting.length === this.#options.size) this.#flush();
    else if (this.#waiting.length === 1) this.#flushLater(this.#waiting);
    return settle.promise;
  }

  async #flushLater(batch: Waiting<Request, Result>[]): Promise<void> {
    await setTimeout(this.#options.patience);
    if (this.#waiting === batch) this.#flush();
  }

  #flush(): void {
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
