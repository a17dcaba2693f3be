/** The Actions secrets of one repository: sealed in transit, their values out of sight of everything that is served. */
import { randomInt } from "node:crypto";
import sodium from "libsodium-wrappers";
import { timestamp } from "./answers.ts";
import type { Clock } from "./clock.ts";

await sodium.ready;

export interface SecretMetadata {
  /** Upper case: GitHub's secret names ignore case. */
  name: string;
  createdAt: string;
  updatedAt: string;
}

export class SecretStore {
  /** What the API shows of each secret, by name. */
  readonly metadata = new Map<string, SecretMetadata>();
  readonly #values = new Map<string, string>();
  readonly #clock: Clock;
  readonly #onValue: (name: string, value: string) => void;
  #keys: { id: string; pair: { publicKey: Uint8Array; privateKey: Uint8Array } } | undefined;

  /** `onValue` hears of every value that is stored. */
  constructor(clock: Clock, onValue: (name: string, value: string) => void) {
    this.#clock = clock;
    this.#onValue = onValue;
  }

  /** The key that clients seal values for; made when first asked for. */
  get publicKey(): { id: string; base64: string } {
    const { id, pair } = this.#keyPair();
    return { id, base64: Buffer.from(pair.publicKey).toString("base64") };
  }

  /** Opens a libsodium sealed box (base64); undefined when it was not sealed for this repository's key. */
  open(sealed: string): string | undefined {
    const { pair } = this.#keyPair();
    try {
      return sodium.to_string(
        sodium.crypto_box_seal_open(Buffer.from(sealed, "base64"), pair.publicKey, pair.privateKey),
      );
    } catch {
      return undefined;
    }
  }

  /** Stores a value, as the settings page would; says whether the secret is new. */
  set(name: string, value: string): "created" | "updated" {
    const key = name.toUpperCase();
    const existing = this.metadata.get(key);
    const now = laterThan(existing?.updatedAt, this.#clock.now());
    this.metadata.set(key, { name: key, createdAt: existing?.createdAt ?? now, updatedAt: now });
    this.#values.set(key, value);
    this.#onValue(key, value);
    return existing ? "updated" : "created";
  }

  get(name: string): SecretMetadata | undefined {
    return this.metadata.get(name.toUpperCase());
  }

  value(name: string): string | undefined {
    return this.#values.get(name.toUpperCase());
  }

  delete(name: string): boolean {
    this.#values.delete(name.toUpperCase());
    return this.metadata.delete(name.toUpperCase());
  }

  #keyPair() {
    this.#keys ??= { id: String(randomInt(1e12)), pair: sodium.crypto_box_keypair() };
    return this.#keys;
  }
}

/** Now, but later than `time`: GitHub counts whole seconds, and a change within one would not be seen as one. */
export function laterThan(time: string | undefined, nowMs = Date.now()): string {
  const now = timestamp(new Date(nowMs));
  return time === undefined || now > time ? now : timestamp(new Date(Date.parse(time) + 1000));
}
