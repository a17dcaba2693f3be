/** Before the first `pulumi up`: whether the policy file takes the stack's entries, and what has the stack's names already. */
import { describeEvidence, findEvidence, isEmpty } from "../../claim/evidence.ts";
import { adminPages } from "../../messages/admin-pages.ts";
import { PolicyError } from "../../policy/policy-error.ts";
import { findReach } from "../../policy/reach.ts";
import { fragmentOf } from "../../policy/stack-fragment.ts";
import { type BeforeFacts, isRefused } from "../before-facts.ts";
import type { Verdict } from "../check.ts";
import { isUnread } from "../facts.ts";
import type { StackCheck } from "../judge.ts";
import { brokenByMessage } from "../message-verdicts.ts";
import { broken, command, judgeFact, link, ok, skip, text, unknown, wait } from "../verdicts.ts";
import { destinationsOf } from "./before-device.ts";

type Row = StackCheck<BeforeFacts>;

const row = { phase: "before", scope: "stack", severity: "error" } as const;

const policyPage = link(adminPages.policyFile, "The policy file, in Tailscale's admin console");

const policyManagement: Row = {
  ...row,
  category: "policy",
  id: "policy-management",
  title: "The policy file is managed here",
  reads: "`GET /api/v2/tailnet/-/settings`: `aclsExternallyManagedOn`",
  needs: ["tailscale-credential"],
  cause: 'the tailnet setting "Prevent edits in the admin console": a GitOps job or another tool owns the file',
  fix: "`pulumi config set --path policy.mode observe`, and the entries in that tool's file",
  judge: ({ stack, settings, tailnet: { management } }) => {
    if (settings.policy.mode === "observe") return skip("policy.mode is observe: nothing is written");
    return judgeFact(management, (found) => {
      if (found.kind === "here") return ok();
      if (found.kind === "unseen")
        return wait("The credential may not see whether the policy file is managed elsewhere.");
      const where = found.link === "" ? "" : `: ${found.link}`;
      return broken(
        `The policy file of the tailnet is managed elsewhere${where}`,
        command(`pulumi config set --path claude-aperture:policy.mode observe --stack ${stack}`),
      );
    });
  },
};

const policyEntries: Row = {
  ...row,
  category: "policy",
  id: "policy-entries",
  title: "The policy file takes the stack's tag, grant and test",
  reads: "`GET /api/v2/tailnet/-/acl`, `POST /api/v2/tailnet/-/acl/validate`, which stores nothing",
  needs: ["tailscale-policy-scope", "aperture-device"],
  cause:
    "the file is invalid as it stands, has no rule yet, or Tailscale refuses the entries, often by somebody's test",
  fix: "repair the file in the admin console; see [the policy file](#the-policy-file)",
  judge: ({ tailnet: { verdict } }) =>
    judgeFact(verdict, (found) => {
      if (found.kind === "refused") return brokenByMessage(found.said, `Repair it: ${adminPages.policyFile}`);
      return ok(found.kind === "unchanged" ? "they are there already" : undefined);
    }),
};

const tagFree: Row = {
  ...row,
  category: "policy",
  id: "tag-free",
  title: "The runners' tag is nobody else's",
  reads: "`GET /api/v2/tailnet/-/acl`",
  needs: ["tailscale-policy-scope", "aperture-device"],
  cause: "rules of others name the tag, for more than Aperture: runners would get what these give",
  fix: "a tag of its own; or `policy.shareTag`, [if it is meant](policy-file.md#what-else-the-tag-can-do)",
  judge: ({ stack, settings, tailnet }) => {
    if (settings.policy.shareTag) return skip("policy.shareTag says that it is shared");
    return judgeFact(tailnet.policy, (file) =>
      readingPolicy(() => {
        const destinations = destinationsOf(settings, tailnet.devices);
        if (isUnread(destinations)) return unknown(destinations.unread);
        const { tags } = findReach(file, fragmentOf(settings, destinations), settings.policy.owner);
        return tags.flatMap(({ tag, rules, isTaken }) => {
          const uses = rules.filter(({ isUse }) => isUse);
          if (isTaken || uses.length === 0) return [];
          const lines = uses.map(({ line, section }) => `${section} (line ${line})`).join(", ");
          return [
            broken(
              `${tag} is in use already: ${lines}.`,
              command(`pulumi config set claude-aperture:tag ${tag}-claude --stack ${stack}`),
            ),
          ];
        });
      }),
    );
  },
};

const nameFree: Row = {
  ...row,
  category: "policy",
  id: "stack-name-free",
  title: "No other stack of this name has been here",
  reads: "marks in the policy file, headers of workflow files, descriptions of `GET /api/v2/tailnet/-/keys`",
  needs: ["tailscale-policy-scope"],
  cause: "a second backend has a stack of the same name, or the state was lost",
  fix: "log in to the backend that has it; or a name of its own: `policy.owner`; or `policy.takeOver`, where the state was lost",
  judge: ({ settings, claim, tailnet, workflows }) => {
    if (claim !== undefined) return skip("the state has the claim: this stack is set up");
    return judgeFact(tailnet.policy, (file) =>
      readingPolicy(() => {
        const keys = isUnread(tailnet.keys) ? [] : tailnet.keys;
        const { owner, takeOver } = settings.policy;
        const repositories = settings.repositories.flatMap(({ slug, formerly }) => [slug, ...formerly]);
        const evidence = findEvidence({
          owner,
          policy: file,
          workflows: [...workflows],
          repositories,
          credentials: [...keys],
        });
        const found = describeEvidence(evidence).replace(/\n\s*/g, "; ").trim();
        if (!isEmpty(evidence) && takeOver) return ok(`to be taken over: ${found}`);
        if (!isEmpty(evidence)) {
          return broken(
            `The state of ${owner} is new, and what it would set up is there already: ${found}.`,
            text(
              "Another stack: log in to its backend (pulumi whoami --verbose), or set claude-aperture:policy.owner to a name of its own. " +
                "A state that was lost: pulumi config set --path claude-aperture:policy.takeOver true",
            ),
          );
        }
        if (isRefused(tailnet.keys))
          return unknown("The credential may not see whether credentials of such a stack exist.");
        return isUnread(tailnet.keys) ? unknown(tailnet.keys.unread) : ok();
      }),
    );
  },
};

export const beforePolicyChecks: readonly Row[] = [policyManagement, policyEntries, tagFree, nameFree];

/** A file that cannot be parsed is the matter of `policy-entries`. */
function readingPolicy(judge: () => Verdict | readonly Verdict[]): Verdict | readonly Verdict[] {
  try {
    return judge();
  } catch (error) {
    if (error instanceof PolicyError) return unknown(error.message, policyPage);
    throw error;
  }
}
