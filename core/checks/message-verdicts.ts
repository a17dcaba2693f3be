/** Messages that were made for an error, as a reason and a fix. */
import type { Verdict } from "./check.ts";
import { broken, text } from "./verdicts.ts";

/** The first sentence is what is wrong; the rest says what to do. */
export function splitMessage(message: string): { reason: string; fix: string } {
  const flat = message.replace(/\s*\n\s*/g, " ").trim();
  const end = /(?<=[.)])\s+(?=[A-Z])/.exec(flat);
  if (!end) return { reason: flat, fix: "" };
  return { reason: flat.slice(0, end.index).trim(), fix: flat.slice(end.index).trim() };
}

/** @param otherwise the fix of a message that has none. */
export function brokenByMessage(message: string, otherwise: string): Verdict {
  const { reason, fix } = splitMessage(message);
  return broken(reason, text(fix === "" ? otherwise : fix));
}
