/** What a check of `npm run verify` is: one row of the table in `table.ts`, from which the code, the docs and the tests come. */

/** When a check can be made: before the first `up`, after it, from inside the tailnet, and of runs of the workflow. */
export type Phase = "before" | "after" | "inside" | "run";

/** `fatal` ends its branch: what depends on it is skipped. `warning` never fails the run. */
export type Severity = "fatal" | "error" | "warning";

/** The link of the chain that it looks at, in the order in which people read them. */
export type Category =
  | "machine"
  | "credentials"
  | "policy"
  | "device"
  | "repository"
  | "credential"
  | "secrets"
  | "workflow"
  | "redirects"
  | "aperture"
  | "runs";

/** How to mend it. A command changes nothing that it should not: nothing destructive is ever suggested as a command. */
export type Fix =
  | { kind: "command"; command: string }
  | { kind: "link"; url: string; text: string }
  | { kind: "text"; text: string };

export type Verdict =
  | { status: "ok"; detail?: string }
  /** A warning if the check's severity says so. `reason`: what is wrong and where, one sentence with the names in it. */
  | { status: "broken"; reason: string; fix: Fix }
  /** It cannot be told from here: no permission, not reached, an answer that says nothing. */
  | {
      status: "unknown";
      reason: string;
      fix?: Fix;
      /** Nothing is wrong: somebody has to merge or to try first. */
      waits?: true;
    }
  /** It does not apply to this stack or repository, or what it depends on is broken. */
  | { status: "skipped"; reason: string };

/** One row. `Facts` is what was read beforehand; a judgement reads nothing itself. */
export interface Check<Facts> {
  /** `policy-role`: also the anchor in docs/troubleshooting.md. */
  id: string;
  category: Category;
  phase: Phase;
  /** Judged once for the stack, or once for each repository. */
  scope: "stack" | "repository";
  severity: Severity;
  /** What holds when it is ok: `The grant gives the role user`. */
  title: string;
  /** What is read for it, for the docs: `GET /api/v2/tailnet/-/acl`. */
  reads: string;
  /** Of what it is not judged without: checks that come before it in the table. Where one of them is not ok, it is skipped. */
  needs?: readonly string[];
  /** For the page: what usually broke it, and the way to mend it. */
  cause: string;
  fix: string;
  /** Of several verdicts each is a result of its own; none stands for ok. */
  judge(facts: Facts): Verdict | readonly Verdict[];
}

/** A verdict with whom it is about; `repository` is absent for the stack's. */
export interface Result {
  id: string;
  category: Category;
  phase: Phase;
  severity: Severity;
  title: string;
  repository?: string;
  verdict: Verdict;
}
