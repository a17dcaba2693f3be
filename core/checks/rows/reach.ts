/** What the runners' tag can do besides, and who else can have it: rules that are not this stack's. */
import { adminPages } from "../../messages/admin-pages.ts";
import type { Rule } from "../../policy/reach.ts";
import type { Verdict } from "../check.ts";
import type { RepositoryFacts } from "../facts.ts";
import type { RepositoryCheck } from "../judge.ts";
import { requireView } from "../policy-view.ts";
import { broken, link, ok } from "../verdicts.ts";

const row = (
  own: Omit<RepositoryCheck, "category" | "phase" | "scope" | "reads" | "severity" | "needs">,
): RepositoryCheck => ({
  category: "policy",
  phase: "after",
  scope: "repository",
  severity: "warning",
  reads: "`GET /api/v2/tailnet/-/acl`",
  needs: ["policy-read"],
  ...own,
});

const inConsole = link(adminPages.policyFile, "the policy file");

export const reachRows: readonly RepositoryCheck[] = [
  row({
    id: "policy-models-effect",
    title: "No other rule gives the tag more of Aperture",
    cause:
      "a grant of others with wider models or the role `admin` covers the tag. Grants add up, and there is no deny",
    fix: "narrow that rule, or another `tag`; [reach](security.md#what-a-tag-may-reach)",
    judge: ({ stack, settings: { tag } }) => {
      const wider = requireView(stack).reach.tags.find((one) => one.tag === tag)?.wider ?? [];
      return wider.map(({ line, models, others, maybe }): Verdict => {
        const what = [...models.map((pattern) => JSON.stringify(pattern)), ...others].join(", ");
        const place = maybe === undefined ? "" : ` (if ${maybe} is Aperture)`;
        return broken(
          `Line ${line} gives ${tag} ${what} as well${place}, so the stack's models do not limit it.`,
          inConsole,
        );
      });
    },
  }),
  row({
    id: "policy-reach",
    title: "The tag reaches nothing but Aperture",
    cause: "rules of others name the tag: whatever runs in a job can do all of that",
    fix: "a `tag` of its own for the runners; or `policy.shareTag`, if that is meant",
    judge: (facts) =>
      judgeRules(facts, ["right", "target"], (tag, lines) => `Other rules hold for ${tag}, too: ${lines}.`),
  }),
  row({
    id: "policy-open",
    title: "The policy file does not let every device reach everything",
    cause: "the default policy allows all, and rules with `*` or `autogroup:member` as source cover runners as well",
    fix: "replace the rules for every device by rules for those who need them",
    judge: ({ stack }) => {
      const { hasRules, reach } = requireView(stack);
      if (!hasRules)
        return broken("The file has neither grants nor acls, so every device reaches every other.", inConsole);
      if (reach.everyone.length === 0) return ok();
      return broken(`Rules for every device hold for the runners as well: ${listLines(reach.everyone)}.`, inConsole);
    },
  }),
  row({
    id: "policy-assigners",
    title: "Nobody else can assign the tag",
    cause:
      "`tagOwners` has further owners of the tag, or owners of a tag that owns it: each of them can have a device with its models",
    fix: "take them out of `tagOwners`; or name them in the setting `tagOwners`, if that is meant",
    judge: (facts) => judgeRules(facts, ["assignment"], (tag, lines) => `Others can assign ${tag}: ${lines}.`),
  }),
];

function judgeRules(
  { stack, settings: { tag } }: RepositoryFacts,
  meanings: readonly Rule["meaning"][],
  say: (tag: string, lines: string) => string,
): Verdict {
  const rules = requireView(stack).reach.tags.find((one) => one.tag === tag)?.rules ?? [];
  // One that gives nothing but Aperture is judged by what it gives of it.
  const found = rules.filter(({ meaning, isUse }) => meanings.includes(meaning) && (isUse || meaning === "assignment"));
  if (found.length === 0) return ok();
  // What the settings share on purpose is no news.
  if (stack.settings.policy.shareTag) return ok(`shared: ${listLines(found)}`);
  return broken(say(tag, listLines(found)), inConsole);
}

/** So many are quoted. */
const quoted = 3;

function listLines(rules: readonly Rule[]): string {
  const shown = rules.slice(0, quoted).map(({ line, section, text }) => `line ${line}, ${section}: ${shorten(text)}`);
  return [...shown, ...(rules.length > quoted ? [`and ${rules.length - quoted} more`] : [])].join("; ");
}

/** The rest of a long rule stands in the file. */
const shorten = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}...` : text);
