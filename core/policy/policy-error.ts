import { formatMessage } from "../messages/entry.ts";
import { inPolicyFile } from "../messages/policy-file.ts";

/** Where something stands in a text: both from 1, a column counts UTF-16 units as editors do. */
export interface Place {
  line: number;
  column: number;
}

/** Something in a policy file that stands in the way of an edit: what, where, and the fix. Nothing was edited. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly line?: number;
  readonly column?: number;

  constructor(what: string, fix: string, place?: Place) {
    super(`${place ? formatMessage(inPolicyFile, { ...place, what }) : what}${fix && `\n${fix}`}`);
    if (place) {
      this.line = place.line;
      this.column = place.column;
    }
  }
}
