/** Fixes as lines of text. */
import type { Fix } from "../../../core/checks/check.ts";

export function renderFix(fix: Fix): string {
  if (fix.kind === "command") return fix.command;
  return fix.kind === "link" ? `${fix.text}: ${fix.url}` : fix.text;
}
