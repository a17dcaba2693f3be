/** The policy entries of a stack, as its settings have them. */

import { formatMessage } from "../messages/entry.ts";
import { firstRule } from "../messages/policy-file.ts";
import type { RepositorySettings, Settings } from "../settings/settings.ts";
import { hasRuleSection, insert } from "./edit.ts";
import type { Fragment } from "./fragment.ts";

/** Ports of Aperture in grant form: runners call `http://`, WireGuard encrypts. */
export const aperturePorts = ["tcp:80"];

/** What of the settings decides over the entries. */
interface EntrySettings {
  repositories: readonly Pick<RepositorySettings, "tag" | "models">[];
  tagOwners: Settings["tagOwners"];
  policy: Pick<Settings["policy"], "test">;
}

/** @param destinations Aperture as grant destinations: a tag, or Tailscale addresses. */
export function fragmentOf({ repositories, tagOwners, policy }: EntrySettings, destinations: string[]): Fragment {
  return Object.fromEntries(
    repositories.map(({ tag, models }) => [
      tag,
      { owners: tagOwners, destinations, ports: aperturePorts, models, test: policy.test },
    ]),
  );
}

/**
 * The policy file with the entries, as the first `pulumi up` would write it; `refused`: it would write nothing, and why.
 * @throws PolicyError for a text that cannot be edited.
 */
export function proposePolicy(
  text: string,
  fragment: Fragment,
  owner: string,
): { kind: "text"; text: string } | { kind: "refused"; said: string } {
  const wanted = insert(text, fragment, owner);
  // The first rule of all ends "everything is allowed" for every other device.
  if (wanted !== text && !hasRuleSection(text)) return { kind: "refused", said: formatMessage(firstRule, {}) };
  return { kind: "text", text: wanted };
}
