/** Which actions a repository lets its workflows use. */
import { actionNames, actions, parsePin } from "./actions.ts";

/** What "Actions permissions" of a repository say, its organization's and enterprise's included. */
export type ActionsPolicy =
  | { kind: "off" }
  | { kind: "all" }
  /** Only those of the owner's own repositories. */
  | { kind: "local" }
  | {
      kind: "selected";
      /** Of the organizations `actions` and `github`. */
      githubOwned: boolean;
      /** Of creators that GitHub has verified. Who they are, no API says. */
      verified: boolean;
      /** Such as `acme/*`, `octo/tool@v2`, `!octo/old@*`. */
      patterns: string[];
    };

/** What of the workflow's actions it keeps from running. */
export interface ActionsJudgement {
  /** `uses:` of those that it surely does not let run. */
  refused: string[];
  /** Of those that may be of a verified creator, which is for GitHub to say. */
  unsure: string[];
}

/** `uses:` of every action in a workflow file, mirrors of the settings in place of what they replace. */
export function listUses(mirrors: Readonly<Partial<Record<string, string>>>): string[] {
  return actionNames.map((name) => {
    const mirror = mirrors[name];
    return (mirror === undefined ? undefined : parsePin(mirror)?.uses) ?? `${name}@${actions[name].commit}`;
  });
}

/** @param owner of the repository whose workflow it is: its own actions are local ones. */
export function judgeActions(policy: ActionsPolicy, uses: readonly string[], owner: string): ActionsJudgement {
  const none: ActionsJudgement = { refused: [], unsure: [] };
  if (policy.kind === "all") return none;
  if (policy.kind === "off") return { ...none, refused: [...uses] };
  for (const one of uses) {
    if (ownerOf(one) === owner.toLowerCase()) continue;
    if (policy.kind === "selected") {
      const byPattern = judgeByPatterns(policy.patterns, one);
      if (byPattern === "allowed") continue;
      if (byPattern === "open" && policy.githubOwned && ["actions", "github"].includes(ownerOf(one))) continue;
      if (byPattern === "open" && policy.verified) {
        none.unsure.push(one);
        continue;
      }
    }
    none.refused.push(one);
  }
  return none;
}

/**
 * `*` stands for any characters, `!` in front takes out what others let in; case does not count.
 * https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository#allowing-select-actions-and-reusable-workflows-to-run
 */
function judgeByPatterns(patterns: readonly string[], uses: string): "allowed" | "blocked" | "open" {
  const matching = patterns.filter((pattern) => matches(pattern.replace(/^!/, ""), uses));
  if (matching.some((pattern) => pattern.startsWith("!"))) return "blocked";
  return matching.length > 0 ? "allowed" : "open";
}

function matches(pattern: string, uses: string): boolean {
  const literal = pattern
    .trim()
    .split("*")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${literal}$`, "i").test(uses);
}

const ownerOf = (uses: string): string => (uses.split("/")[0] ?? "").toLowerCase();
