import { lineFeed } from "./hujson.ts";

/** The line of an offset, from 1: many of them, each in logarithmic time. For one, `placeOf` does. */
export function indexLines(text: string): (offset: number) => number {
  const newlines: number[] = [];
  // Lines are short: a call of indexOf for each costs ten times as much.
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === lineFeed) newlines.push(at);
  return (offset) => {
    let low = 0;
    let high = newlines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((newlines[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
