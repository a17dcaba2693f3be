/** The secrets that were in play, by name, so that a test can look for them. Told in process; no route serves them. */

export interface KnownSecret {
  /** What people may read of it: `access token of kEXAMPLECNTRL`. */
  name: string;
  value: string;
}

/** Every secret that a service issued or accepted. */
export class KnownSecrets {
  readonly #names = new Map<string, string>();

  /** Notes a secret; the first name of a value stays. An empty value is none. */
  add(name: string, value: string): void {
    if (value !== "" && !this.#names.has(value)) this.#names.set(value, name);
  }

  list(): KnownSecret[] {
    return [...this.#names].map(([value, name]) => ({ name, value }));
  }
}
