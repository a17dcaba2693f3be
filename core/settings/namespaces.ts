/** Keys that nothing reads: ours in another namespace, and paths that were set as names. */
import leven from "leven";
import { formatMessage } from "../messages/entry.ts";
import { keyNeedsPath, wrongNamespace } from "../messages/settings.ts";
import type { Problem } from "../problem.ts";
import { findNearest } from "./objects.ts";
import { namespace, show } from "./problem.ts";

/** Namespaces that somebody reads: the providers and the engine. */
const othersNamespaces = new Set(["github", "tailscale", "pulumi"]);

/** Those that are nearly ours, or the first half of it. */
function isNearlyOurs(name: string): boolean {
  return ["aperture", "claude"].includes(name.toLowerCase()) || (name.length < 40 && leven(name, namespace) <= 3);
}

/**
 * Keys of ours under another namespace: that of a renamed project, a misspelt one, or `repositories` under any. The rest of
 * the stack's configuration belongs to others, such as an environment that several programs share.
 */
export function findMisplacedKeys(config: Record<string, string>, project: string, known: string[]): Problem[] {
  return Object.keys(config).flatMap((full) => {
    const colon = full.indexOf(":");
    const [space, key] = [full.slice(0, colon), full.slice(colon + 1)];
    const [name = ""] = key.split(/[.[]/);
    if (space === namespace || colon < 0) return [];
    const isOurs = known.includes(name) || findNearest(name, known).length > 0;
    const isMeant = isOurs && !othersNamespaces.has(space) && (space === project || isNearlyOurs(space));
    if (!isMeant && name !== "repositories") return [];
    return [
      {
        path: full,
        message: formatMessage(wrongNamespace, { key: full, namespace: space, meant: `${namespace}:${key}` }),
      },
    ];
  });
}

/** The message for a key of ours whose name is a path, `workflow.path`; undefined for any other. */
export function explainPathAsName(key: string, known: string[]): string | undefined {
  const [name = "", ...rest] = key.split(/[.[]/);
  if (rest.length === 0 || !known.includes(name)) return undefined;
  return formatMessage(keyNeedsPath, { key: show(key).slice(1, -1), full: show(`${namespace}:${key}`).slice(1, -1) });
}
