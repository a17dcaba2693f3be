/** Patterns of a federated identity: `*` stands for any characters, everything else for itself (tailscale.com, trust credentials). */

/** Whether the pattern matches the text. */
export function matchesPattern(pattern: string, text: string): boolean {
  return follow(pattern, text).has(pattern.length);
}

/** Whether it matches any text that begins so. */
export function matchesSome(pattern: string, beginning: string): boolean {
  return follow(pattern, beginning).size > 0;
}

/** Where in the pattern one may stand when the text is read: the product of both lengths at most. */
function follow(pattern: string, text: string): Set<number> {
  let places = withStars(pattern, [0]);
  for (const character of text) {
    const next: number[] = [];
    for (const place of places) {
      if (pattern[place] === "*") next.push(place);
      else if (pattern.startsWith(character, place)) next.push(place + character.length);
    }
    places = withStars(pattern, next);
    if (places.size === 0) break;
  }
  return places;
}

/** A star may stand for nothing. */
function withStars(pattern: string, places: readonly number[]): Set<number> {
  const all = new Set(places);
  for (const place of places) {
    for (let next = place; pattern[next] === "*"; next += 1) all.add(next + 1);
  }
  return all;
}
