/** What the words in `src` and `dst` stand for: tailscale.com/docs/reference/syntax/grants. */
import {
  type AddressRange,
  containsRange,
  isSingleAddress,
  overlaps,
  parseRange,
  tailscaleRanges,
} from "../addresses.ts";
import { field, type PolicyDocument } from "../document.ts";
import { type Container, type Node, stringValue } from "../hujson.ts";

/** Does a word of `src` cover a device with a tag that it does not name? Addresses of runners are not known in advance. */
export type Coverage = "every device" | "some addresses" | "none";

/** How a word of `dst` relates to Aperture. */
export interface Target {
  /** `maybe`: a tag and an address can be one device, which the file does not say. */
  reaches: "yes" | "maybe" | "no";
  /** It stands for Aperture's device and no other. */
  isOnlyAperture: boolean;
}

/** The words of one policy file, with its `hosts` and `ipsets`. */
export class Selectors {
  readonly #text: string;
  readonly #hosts: Container | undefined;
  readonly #sets: Container | undefined;

  constructor({ text, root }: PolicyDocument) {
    this.#text = text;
    this.#hosts = objectField(text, root, "hosts");
    this.#sets = objectField(text, root, "ipsets");
  }

  /** How a word of `src` covers a device with any tag. */
  coverage(word: string): Coverage {
    if (/^(\*|autogroup:(tagged|danger-all))$/.test(word)) return "every device";
    const ranges = this.#ranges(word) ?? [];
    if (ranges.some((range) => tailscaleRanges.some((all) => containsRange(range, all)))) return "every device";
    return ranges.some((range) => tailscaleRanges.some((own) => overlaps(range, own))) ? "some addresses" : "none";
  }

  /** What a word of `dst` has to do with Aperture at these destinations: tags and Tailscale addresses. */
  target(word: string, destinations: string[]): Target {
    if (destinations.includes(word)) return { reaches: "yes", isOnlyAperture: true };
    if (word === "*") return { reaches: "yes", isOnlyAperture: false };
    if (/^autogroup:(internet|self)$/.test(word)) return { reaches: "no", isOnlyAperture: false };
    const addresses = destinations.flatMap((destination) => parseRange(destination) ?? []);
    const hasTag = addresses.length < destinations.length;
    if (word.startsWith("tag:")) return { reaches: addresses.length > 0 ? "maybe" : "no", isOnlyAperture: true };
    const ranges = this.#ranges(word);
    if (ranges) return relate(ranges, addresses, hasTag);
    // A device with a tag is no person's.
    const isOfPeople = word.includes("@") || /^(group:|autogroup:(?!tagged$))/.test(word);
    if (isOfPeople && addresses.length === 0) return { reaches: "no", isOnlyAperture: false };
    // What is left are names: an alias that `hosts` lacks, as on the page of the how-to, or a service.
    return { reaches: "maybe", isOnlyAperture: !/^(autogroup|group):|@/.test(word) };
  }

  /** The addresses that a word stands for; undefined where it stands for something else. */
  #ranges(word: string, depth = 0): AddressRange[] | undefined {
    const own = parseRange(word);
    if (own) return [own];
    if (word.startsWith("ipset:") && depth < deepestSet) return this.#setRanges(word, depth);
    const alias = this.#hosts && lastMember(this.#text, this.#hosts, word);
    const range = alias?.kind === "string" ? parseRange(stringValue(this.#text, alias).trim()) : undefined;
    return range && [range];
  }

  /** What a set adds. What it removes is left in: the larger set is the safer answer. */
  #setRanges(name: string, depth: number): AddressRange[] {
    const set = this.#sets && lastMember(this.#text, this.#sets, name);
    if (set?.kind !== "array") return [];
    return set.items.flatMap(({ value }) => {
      const target = value.kind === "string" ? stringValue(this.#text, value).trim() : "";
      if (target.startsWith("remove ")) return [];
      return this.#ranges(target.replace(/^add\s+/, "").replace(/^host:/, ""), depth + 1) ?? [];
    });
  }
}

/** Sets may name sets; one that names itself ends here. */
const deepestSet = 5;

function relate(ranges: AddressRange[], addresses: AddressRange[], hasTag: boolean): Target {
  const isAperture = (range: AddressRange) => addresses.some((address) => containsRange(address, range));
  // A set may hold each of its addresses.
  const isOne = ranges.every(isSingleAddress) && (ranges.length === 1 || ranges.every(isAperture));
  if (addresses.some((address) => ranges.some((range) => containsRange(range, address)))) {
    return { reaches: "yes", isOnlyAperture: isOne };
  }
  const inTailnet = ranges.filter((range) => tailscaleRanges.some((own) => overlaps(range, own)));
  // A device has an address of each family, and a tag may be on the device of any.
  const isPossible = hasTag
    ? inTailnet.length > 0
    : inTailnet.some(({ family }) => addresses.every((address) => address.family !== family));
  return { reaches: isPossible ? "maybe" : "no", isOnlyAperture: isOne };
}

/** The last member of that name; names of hosts and sets are keys of a map, where case counts. */
function lastMember(text: string, { items }: Container, name: string): Node | undefined {
  return items.findLast((item) => item.name && stringValue(text, item.name) === name)?.value;
}

/** A field that holds an object. */
function objectField(text: string, object: Container, name: string): Container | undefined {
  const value = field(text, object, name)?.value;
  return value?.kind === "object" ? value : undefined;
}
