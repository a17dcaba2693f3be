/** Why the server refuses a policy file, for people: its words, the line, who broke it, and the way out. */
import { adminPages } from "../../core/messages/admin-pages.ts";
import { formatMessage } from "../../core/messages/entry.ts";
import * as texts from "../../core/messages/policy-file.ts";
import { type Assertion, definesTag, findUsesOfTag, type LocatedTest, locateTest } from "../../core/policy/locate.ts";
import { tagSyntax } from "../../core/policy/rules.ts";
import type { Finding, Verdict } from "./policy-file.ts";

type Refused = Verdict & { kind: "refused" };

export interface Refusal {
  verdict: Refused;
  /** The judgement of the file as it stands. */
  unchanged: Verdict;
  /** The file as it stands. */
  live: string;
  /** The file that was refused. */
  wanted: string;
  /** Whose entries make the difference. */
  owner: string;
}

/** A judgement of `text`. The lines that people see are those of `live`. */
interface Judged {
  verdict: { message: string; findings: Finding[] };
  text: string;
  live: string;
  owner: string;
}

const tagsInText = new RegExp(`\\b${tagSyntax}`, "g");

export function describeRefusal({ verdict, unchanged, live, wanted, owner }: Refusal): string {
  const values = (judged: Judged) => ({
    said: judged.verdict.message,
    details: details(judged)
      .map((line) => `\n${line}`)
      .join(""),
  });
  if (unchanged.kind === "refused") {
    return formatMessage(texts.invalidAlready, values({ verdict: unchanged, text: live, live, owner }));
  }
  const judged = { verdict, text: wanted, live, owner };
  return formatMessage(texts.invalidWithUs, {
    ...values(judged),
    advice: (tagAdvice(judged) ?? advice(judged)).join("\n"),
  });
}

/** The message for a file that is accepted with warnings. */
export function describeWarnings(verdict: Verdict & { kind: "warnings" }, live: string, wanted: string, owner: string) {
  return [
    `Tailscale accepts the policy file, and warns: ${verdict.message}`,
    ...details({ verdict, text: wanted, live, owner }),
  ].join("\n");
}

/** The line that the server names, and one block per failing test. */
function details(judged: Judged): string[] {
  const { verdict, text, live } = judged;
  const named = Number(/\bline (\d+)/.exec(verdict.message)?.[1] ?? 0);
  const line = text.split("\n")[named - 1]?.trim();
  const where = text === live ? `line ${named}` : `line ${named} of the changed file`;
  const tests = verdict.findings.flatMap((finding) => {
    const test = locate(judged, finding);
    const place = test === undefined ? "" : test.isOwn ? ", an entry of this stack" : `, line ${test.line}`;
    return [
      `  test of ${JSON.stringify(finding.subject)}${place}:`,
      ...[...finding.errors, ...finding.warnings].map((said) => `    ${said}`),
    ];
  });
  return [...(line ? [`  ${where}: ${line}`] : []), ...tests];
}

/** What to do about tags that the refused file uses and does not define; undefined when there are none. */
function tagAdvice({ verdict, text, live, owner }: Judged): string[] | undefined {
  const said = [verdict.message, ...verdict.findings.flatMap(({ errors }) => errors)].join("\n");
  const tags = [...new Set(said.match(tagsInText))].filter((tag) => !definesTag(text, tag));
  if (tags.length === 0) return undefined;
  const lines = live.split("\n");
  return tags.map((tag) => {
    if (!definesTag(live, tag)) return formatMessage(texts.tagUndefined, { tag });
    const uses = findUsesOfTag(live, tag, owner).map((line) => `  line ${line}: ${lines[line - 1]?.trim()}`);
    return formatMessage(texts.tagStillUsed, { tag, uses: uses.join("\n") });
  });
}

function advice(judged: Judged): string[] {
  const tests = judged.verdict.findings.map((finding) => locate(judged, finding));
  if (tests.some((test) => test?.isOwn === false)) {
    return [`The failing test is somebody else's: settle it with its author, or change it: ${adminPages.policyFile}`];
  }
  if (tests.some((test) => test?.isOwn)) {
    return [
      "The failing test is this stack's own. A `strict` one wants port 22 closed, which no policy that allows all does:",
      "use `accept`, or `none`. An `accept` one wants the destination reachable on the ports.",
    ];
  }
  return ["Change the entries of this stack, or what they clash with."];
}

/** In an own test of the judged file, or in the line numbers of the file that people see. */
function locate({ text, live, owner }: Judged, { subject, errors }: Finding): LocatedTest | undefined {
  const failed = errors.flatMap((error): Assertion[] => {
    const address = /address "([^"]+)"/.exec(error)?.[1];
    return address ? [{ address, field: error.includes("want: Drop") ? "deny" : "accept" }] : [];
  });
  const test = locateTest(text, subject, failed, owner);
  return test?.isOwn ? test : locateTest(live, subject, failed, owner);
}
