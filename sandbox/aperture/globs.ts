/** Patterns for models in the form provider/model: `*` is within one segment, `**` is any number of segments. */

/** Whether `pattern` covers `name`: `anthropic/**` covers `anthropic/claude-sonnet-4-6`. */
export function covers(pattern: string, name: string): boolean {
  return coversSegments(pattern.split("/"), name.split("/"));
}

function coversSegments([pattern, ...patterns]: string[], names: string[]): boolean {
  if (pattern === undefined) return names.length === 0;
  if (pattern === "**") {
    return (
      coversSegments(patterns, names) || (names.length > 0 && coversSegments([pattern, ...patterns], names.slice(1)))
    );
  }
  const [name, ...rest] = names;
  return name !== undefined && coversSegment(pattern, name) && coversSegments(patterns, rest);
}

/** Piece by piece, each as early as it can be: an expression with many `.*` would take for ever on a hostile pattern. */
function coversSegment(pattern: string, name: string): boolean {
  const [first = "", ...pieces] = pattern.split("*");
  if (pieces.length === 0) return name === first;
  const last = pieces.pop() ?? "";
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** Of several patterns the one with more in clear is the more specific; with as much, the one with fewer stars. */
export function compareSpecificity(one: string, other: string): number {
  const [clearOne, clearOther] = [one, other].map((pattern) => pattern.replaceAll("*", "").length) as [number, number];
  // A star is neither, so the longer of two patterns with the same in clear has more of them.
  return clearOne - clearOther || other.length - one.length;
}
