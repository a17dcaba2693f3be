/** Who may assign a tag, by the policy file alone. */
import { readPolicy } from "./document.ts";
import type { Tag } from "./fragment.ts";
import { readDefinitions } from "./reach/assignments.ts";

/** Undefined where the file does not define the tag. @throws PolicyError for a text that is no policy file. */
export function readTagOwners(text: string, tag: Tag): string[] | undefined {
  return readDefinitions(readPolicy(text), new Set(), "").tags.get(tag)?.owners;
}
