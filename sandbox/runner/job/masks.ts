/**
 * Secrets out of logs: each whole, each line of one that has several, which act leaves to read, and the forms in which GitHub's
 * runner looks for them too (actions/runner, Runner.Sdk/ValueEncoders): in JSON, XML and addresses, and as Base64.
 */

/** Shorter lines would take the log apart. GitHub masks them all the same. */
const shortest = 2;

export class Masks {
  readonly #texts = new Set<string>();
  #pattern: RegExp | undefined;

  add(secret: string): void {
    const lines = [secret, ...secret.split(/\r?\n/)].map((line) => line.trim());
    for (const text of lines.filter((line) => line.length >= shortest))
      for (const form of formsOf(text)) if (form.length >= shortest) this.#texts.add(form);
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

/** In Base64 a text looks otherwise by what stands before it: three ways. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const asXml = text.replace(/[&<>"']/g, (character) => `&${xmlNames[character]};`);
  return [
    ...[text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text.toWellFormed()), asXml],
    ...(bytes.length < shortestInBase64 ? [] : [0, 1, 2].map((shift) => bytes.subarray(shift).toString("base64"))),
  ];
}

/** Of a few letters the forms are words that anything may have. */
const shortestInBase64 = 8;

const xmlNames: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
