/**
 * What Tailscale's validator does not check in a fragment: the control plane looks at an app capability as JSON only, so a
 * typo in a role or a model pattern is saved without a word and refused by Aperture in the middle of a run.
 */
import { formatMessage } from "../messages/entry.ts";
import { tagOfAperture } from "../messages/policy-file.ts";
import { notADestination, notAModelPattern, notATag, notATagOwner } from "../messages/settings.ts";
import type { Problem } from "../problem.ts";
import { containsRange, isSingleAddress, parseRange, tailscaleRanges } from "./addresses.ts";
import type { Fragment, Tag, TagAccess } from "./fragment.ts";
import { parsePort } from "./ports.ts";

/** `tag:`, a letter, then letters, digits and dashes: tailscale/tailscale, tailcfg.CheckTag. For use in regular expressions. */
export const tagSyntax = "tag:[A-Za-z][A-Za-z0-9-]*";

const tagPattern = new RegExp(`^${tagSyntax}$`);

export function isTag(value: string): value is Tag {
  return tagPattern.test(value);
}

/** An address of a tailnet device: in 100.64.0.0/10 or fd7a:115c:a1e0::/48 (tailscale.com/docs, "IP address types"). */
export function isTailscaleAddress(value: string): boolean {
  const address = parseRange(value);
  if (!address || !isSingleAddress(address) || /[-/]/.test(value)) return false;
  return tailscaleRanges.some((range) => containsRange(range, address));
}

/**
 * A pattern as Aperture reads it: segments between slashes, the provider first; `*` is any part of one segment, a segment
 * `**` is any number of them. `**` alone is every model; a bare model name is no pattern
 * (tailscale.com/docs/aperture, "Control model access").
 */
export function isModelPattern(pattern: string): boolean {
  if (pattern.length > 256) return false;
  const segments = pattern.split("/");
  return (segments.length > 1 || pattern === "**") && segments.every(isSegment);
}

function isSegment(segment: string): boolean {
  return segment === "**" || (/^[A-Za-z0-9._:@+*-]+$/.test(segment) && !segment.includes("**"));
}

/** One model of one provider: a pattern without wildcards. */
export function isExactModel(pattern: string): boolean {
  return isModelPattern(pattern) && !pattern.includes("*");
}

/** True if the pattern covers every model of some provider, such as `anthropic/**` or `**`. */
export function isWholeProvider(pattern: string): boolean {
  const [provider, ...rest] = pattern.split("/");
  if (provider === "**" && rest.length === 0) return true;
  return isModelPattern(pattern) && rest.length > 0 && rest.every((segment) => segment === "**");
}

/** Does the pattern cover the model (`provider/model`)? Case counts. */
export function matchesModel(pattern: string, model: string): boolean {
  return wildcard(pattern.split("/"), model.split("/"), "**", matchesSegment);
}

function matchesSegment(pattern: string, text: string): boolean {
  return wildcard([...pattern], [...text], "*", (a, b) => a === b);
}

/**
 * Does `outer` match every model that `inner` matches? A wildcard of `inner` stands for any text, so only a wildcard of
 * `outer` can match it: the one pattern is read as if it were a model of the other.
 */
export function coversPattern(outer: string, inner: string): boolean {
  return wildcard(normalSegments(outer, 0), normalSegments(inner, 2), "**", (pattern, segment) => {
    return segment !== "**" && matchesSegment(pattern, segment);
  });
}

/**
 * One form for what means the same. Of `*` and `**` beside each other the `**` is the last; and because a model has two
 * segments at least, provider and name, a `**` beside two others or fewer may have as many `*` in front of it as make two
 * (`written` 2), or none (0).
 */
function normalSegments(pattern: string, written: 0 | 2): string[] {
  const normal: string[] = [];
  for (const segment of pattern.split("/")) {
    if (normal.at(-1) !== "**") normal.push(segment);
    else if (segment !== "**") normal.splice(segment === "*" ? -1 : normal.length, 0, segment);
  }
  const rest = normal.indexOf("**");
  const others = normal.filter((segment) => segment !== "**").length;
  if (rest < 0 || others > 2) return normal;
  let first = rest;
  while (normal[first - 1] === "*") first--;
  const stars = written === 0 ? 0 : rest - first + 2 - others;
  return normal.toSpliced(first, rest - first, ...Array<string>(stars).fill("*"));
}

/** Matches `items` against `pattern`, in which `any` stands for any number of items. Never more than the product of both lengths. */
function wildcard(
  pattern: string[],
  items: string[],
  any: string,
  same: (wanted: string, item: string) => boolean,
): boolean {
  let at = 0;
  let retry: { pattern: number; item: number } | undefined;
  for (let item = 0; item < items.length; ) {
    const wanted = pattern[at];
    if (wanted === any) {
      retry = { pattern: ++at, item };
    } else if (wanted !== undefined && same(wanted, items[item] as string)) {
      at++;
      item++;
    } else if (retry) {
      at = retry.pattern;
      item = ++retry.item;
    } else return false;
  }
  return pattern.slice(at).every((rest) => rest === any);
}

/** Everything wrong with a fragment; empty when it can be written. */
export function check(fragment: Fragment): Problem[] {
  return Object.entries(fragment).flatMap(([tag, access]) => {
    const path = `access[${JSON.stringify(tag)}]`;
    const problems: Problem[] = [];
    if (!isTag(tag)) {
      problems.push({
        path,
        message: formatMessage(notATag, { value: JSON.stringify(tag) }),
      });
    }
    for (const [index, destination] of access.destinations.entries()) {
      if (!Object.hasOwn(fragment, destination)) continue;
      problems.push({
        path: `${path}.destinations[${index}]`,
        message: formatMessage(tagOfAperture, { tag: destination }),
      });
    }
    return [...problems, ...checkAccess(access).map((problem) => ({ ...problem, path: `${path}.${problem.path}` }))];
  });
}

function checkAccess(access: TagAccess): Problem[] {
  return [
    ...each("owners", access.owners, isTagOwner, (value) => formatMessage(notATagOwner, { value })),
    ...notEmpty(
      "destinations",
      access.destinations,
      "A grant without dst silently applies to nothing. Name Aperture's tag.",
    ),
    ...each("destinations", access.destinations, isDestination, (value) => formatMessage(notADestination, { value })),
    ...checkPorts(access),
    ...notEmpty(
      "models",
      access.models,
      "Without a models entry Aperture refuses every request. Name one, such as anthropic/**.",
    ),
    ...each("models", access.models, isModelPattern, (value) =>
      formatMessage(notAModelPattern, { value, model: "claude-sonnet-4-6" }),
    ),
    ...(access.capabilities ?? []).flatMap(checkCapability),
  ];
}

function checkPorts({ ports, test }: TagAccess): Problem[] {
  const problems = [
    ...notEmpty("ports", ports, 'Aperture answers on port 80: "tcp:80".'),
    ...each(
      "ports",
      ports,
      (port) => parsePort(port) !== undefined,
      (value) => {
        return `${value} is not a port in grant form. Write tcp:80, a range such as tcp:80-443, or icmp:*.`;
      },
    ),
  ];
  const ranges = ports.flatMap((port) => parsePort(port)?.tcp ?? []);
  if (problems.length === 0 && ranges.length === 0) {
    problems.push({ path: "ports", message: 'Aperture is reached by TCP. Add its port, such as "tcp:80".' });
  }
  if (test === "strict" && ranges.some(({ first, last }) => first <= 22 && 22 <= last)) {
    problems.push({ path: "test", message: "A strict test denies port 22, and the ports open it. Choose accept." });
  }
  return problems;
}

function checkCapability(capability: Record<string, unknown>, index: number): Problem[] {
  const path = `capabilities[${index}]`;
  const keys = Object.keys(capability);
  if (keys.length === 0) return [{ path, message: "It is empty. Remove it." }];
  if ("role" in capability) {
    return [{ path: `${path}.role`, message: 'Remove it: runners have the role "user", which is written for you.' }];
  }
  if (!("models" in capability)) return [];
  if (keys.length === 1) return [{ path: `${path}.models`, message: "Name the pattern in models instead." }];
  const { models } = capability;
  return typeof models === "string" && isModelPattern(models)
    ? []
    : [
        {
          path: `${path}.models`,
          message: "Expected one pattern as a string, such as anthropic/**; Aperture reads no list.",
        },
      ];
}

/** A tag, `group:`, `autogroup:`, or a user as `alice@example.com` or `alice@github` (tailscale.com/docs, "Tag owners"). */
export function isTagOwner(value: string): boolean {
  if (value.length > 255 || /[\s"\\\p{Cc}\p{Cs}]/u.test(value)) return false;
  return isTag(value) || /^(group|autogroup):[^:]+$/.test(value) || /^[^:@]+@[^:@]+$/.test(value);
}

/** What a grant of ours takes as `dst`: a tag or a Tailscale address. It knows no machine names. */
export function isDestination(value: string): boolean {
  return isTag(value) || isTailscaleAddress(value);
}

function notEmpty(path: string, values: string[], message: string): Problem[] {
  return values.length === 0 ? [{ path, message: `It is empty. ${message}` }] : [];
}

function each(
  path: string,
  values: string[],
  valid: (value: string) => boolean,
  message: (value: string) => string,
): Problem[] {
  return values.flatMap((value, index) =>
    valid(value) ? [] : [{ path: `${path}[${index}]`, message: message(JSON.stringify(value)) }],
  );
}
