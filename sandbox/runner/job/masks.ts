/** Secrets out of logs: each whole, and each line of one that has several, which act leaves to read. */

/** Shorter lines would take the log apart. GitHub masks them all the same. */
const shortest = 2;

export class Masks {
  readonly #texts = new Set<string>();
  #pattern: RegExp | undefined;

  add(secret: string): void {
    const lines = [secret, ...secret.split(/\r?\n/)].map((line) => line.trim());
    for (const text of lines.filter((line) => line.length >= shortest)) {
      this.#texts.add(text);
      this.#texts.add(JSON.stringify(text).slice(1, -1));
    }
    this.#pattern = undefined;
  }

  hide(text: string): string {
    if (this.#texts.size === 0) return text;
    // The longest first, or a part of another secret would leave the rest of it.
    const sorted = [...this.#texts].sort((one, other) => other.length - one.length);
    this.#pattern ??= new RegExp(sorted.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
    return text.replace(this.#pattern, "***");
  }

  /** Whether the text holds one of them. GitHub drops such an output of a job. */
  isIn(text: string): boolean {
    return [...this.#texts].some((one) => text.includes(one));
  }
}
