/** Lets those that would get in each other's way act one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Acts when all that came before with the same key are done, whether they succeeded or not. */
  take<T>(key: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(act, act);
    this.#last.set(key, turn);
    return turn;
  }
}
