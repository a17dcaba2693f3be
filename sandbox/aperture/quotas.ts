/** Quota buckets: dollars that requests take out and time puts back (tailscale.com/docs/aperture, "Set per-user spending limits"). */
import { type Caller, identityOf } from "./caller.ts";

/** What a bucket holds, and since when. */
export interface Balance {
  dollars: number;
  /** Milliseconds. */
  since: number;
}

export interface Bucket {
  /** With the caller in place of `<user>`. */
  name: string;
  /** Dollars; also what it begins with. */
  capacity: number;
  /** Dollars a second. */
  rate: number;
}

/** A bucket of which nobody knows what it allows: the quota system fails closed. */
export type ReadBucket = Bucket | "unreadable";

/** The buckets that the `quotas` of matching entries name. */
export function bucketsOf(quotas: unknown[], configured: Record<string, unknown>, caller: Caller): ReadBucket[] {
  return quotas.flatMap((list): ReadBucket[] => {
    if (!Array.isArray(list)) return ["unreadable"];
    return list.map((item: unknown) => {
      const { bucket } = (typeof item === "object" && item !== null ? item : {}) as { bucket?: unknown };
      if (typeof bucket !== "string" || !Object.hasOwn(configured, bucket)) return "unreadable";
      return readBucket(bucket, configured[bucket], caller);
    });
  });
}

function readBucket(template: string, value: unknown, caller: Caller): ReadBucket {
  const { capacity, rate, on_exceed = "reject" } = (value ?? {}) as Record<string, unknown>;
  const [dollars, perSecond] = [parseDollars(capacity), parseRate(rate)];
  if (dollars === undefined || perSecond === undefined || on_exceed !== "reject") return "unreadable";
  const name = template.replaceAll("<user>", identityOf(caller)).replaceAll("<node>", caller.node);
  return { name, capacity: dollars, rate: perSecond };
}

/** `$10.00` */
function parseDollars(text: unknown): number | undefined {
  const [, dollars] = (typeof text === "string" && /^\$(\d+(?:\.\d+)?)$/.exec(text)) || [];
  return dollars === undefined ? undefined : Number(dollars);
}

const day = 86_400;
const seconds: Record<string, number> = { min: 60, hour: 3600, day, week: 7 * day, month: 30 * day };

/** `$5.00/day`, as dollars a second. */
function parseRate(text: unknown): number | undefined {
  const [amount, unit, ...rest] = typeof text === "string" ? text.split("/") : [];
  const [dollars, length] = [parseDollars(amount), seconds[unit ?? ""]];
  return dollars === undefined || length === undefined || rest.length > 0 ? undefined : dollars / length;
}

/** What all buckets hold now. */
export class Balances {
  readonly #balances = new Map<string, Balance>();

  now({ name, capacity, rate }: Bucket, now: number): number {
    const { dollars, since } = this.#balances.get(name) ?? { dollars: capacity, since: now };
    return Math.min(capacity, dollars + (Math.max(0, now - since) / 1000) * rate);
  }

  /** Seconds until the bucket can pay so much; 0: at once. As long as a month at most, also where nothing comes in. */
  wait(bucket: Bucket, dollars: number, now: number): number {
    const missing = dollars - this.now(bucket, now);
    return missing <= 0 ? 0 : Math.max(1, Math.ceil(Math.min(missing / bucket.rate, 30 * day)));
  }

  /** The answer may cost more than is there: nobody knows its length beforehand. */
  spend(bucket: Bucket, dollars: number, now: number): void {
    this.#balances.set(bucket.name, { dollars: Math.max(0, this.now(bucket, now) - dollars), since: now });
  }

  list(): Record<string, Balance> {
    return Object.fromEntries(this.#balances);
  }
}
