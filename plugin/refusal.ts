/** Why the server refuses a policy file, for people: its words, the line, who broke it, and the way out. */
import type { Finding, Verdict } from "./api.ts";
import { lineNumbersIn, linesWith, literally } from "./lines.ts";

type Refused = Verdict & { kind: "refused" };

export interface Refusal {
  verdict: Refused;
  /** The judgement of the file as it stands. */
  unchanged: Verdict;
  /** The file as it stands. */
  live: string;
  /** The file that was refused. */
  wanted: string;
}

export const editorUrl = "https://login.tailscale.com/admin/acls/file";

/** The whole message. */
export function refusalMessage(refusal: Refusal): string {
  const { verdict, unchanged, live, wanted } = refusal;
  if (unchanged.kind === "refused") {
    return [
      `Tailscale refuses the policy file already as it stands, so nothing can be added: ${unchanged.message}`,
      ...details(unchanged, live, live),
      `Repair the file first: ${editorUrl}`,
    ].join("\n");
  }
  return [
    `Tailscale refuses the policy file with this change, so nothing was written: ${verdict.message}`,
    ...details(verdict, live, wanted),
    ...(tagAdvice(refusal) ?? [`Without the change the file is valid. ${advice(verdict, live, wanted)}`]),
  ].join("\n");
}

/** The message for a file that is accepted with warnings. */
export function warningsMessage(verdict: Verdict & { kind: "warnings" }, live: string, wanted: string): string {
  return [`Tailscale accepts the policy file, and warns: ${verdict.message}`, ...details(verdict, live, wanted)].join(
    "\n",
  );
}

/** One line per failing test, and the line that the server names. */
function details(verdict: { message: string; findings: Finding[] }, live: string, judged: string): string[] {
  const numbers = lineNumbersIn(live, judged);
  const named = /\bline (\d+)/.exec(verdict.message)?.[1];
  const lines = named === undefined ? [] : [`  ${quoted(judged, Number(named) - 1, numbers)}`];
  for (const { subject, errors, warnings } of verdict.findings) {
    const [first] = testLines(judged, subject);
    const where = first === undefined ? "" : ` (${position(numbers[first])})`;
    lines.push(`  test of ${JSON.stringify(subject)}${where}:`);
    lines.push(...[...errors, ...warnings].map((text) => `    ${text}`));
  }
  return lines;
}

/** What to do about tags that the refused file uses and does not define; undefined when there are none. */
function tagAdvice({ verdict, live, wanted }: Refusal): string[] | undefined {
  const said = [verdict.message, ...verdict.findings.flatMap(({ errors }) => errors)].join("\n");
  const isDefined = (text: string, tag: string) => new RegExp(`"${literally(tag)}"\\s*:`).test(text);
  const tags = [...new Set(said.match(/\btag:[A-Za-z][A-Za-z0-9-]*/g))].filter((tag) => !isDefined(wanted, tag));
  if (tags.length === 0) return undefined;
  const numbers = lineNumbersIn(live, wanted);
  return tags.flatMap((tag) => {
    const uses = linesWith(wanted, new RegExp(`"${literally(tag)}[":]`)).map((index) => quoted(wanted, index, numbers));
    return isDefined(live, tag)
      ? [
          `${tag} would be gone, and is still used:`,
          ...uses.map((use) => `  ${use}`),
          `Change those rules first (${editorUrl}), or keep the tag.`,
        ]
      : [
          `${tag} is not in "tagOwners". If it is Aperture's, define it there (${editorUrl}) and give it to the device; ` +
            "or name one of the device's Tailscale addresses instead.",
        ];
  });
}

function advice(verdict: Refused, live: string, wanted: string): string {
  const numbers = lineNumbersIn(live, wanted);
  const own = verdict.findings.some(({ subject }) => testLines(wanted, subject).some((index) => !numbers[index]));
  const foreign = verdict.findings.some(({ subject }) => testLines(wanted, subject).some((index) => numbers[index]));
  if (own && !foreign) {
    return (
      "The failing test is this stack's own: a `strict` one wants port 22 closed, which a policy that allows all does " +
      "not give (use `accept`, or `none`); an `accept` one wants the destination reachable."
    );
  }
  if (foreign) return `The failing test is somebody else's: settle with its author, or change it: ${editorUrl}`;
  return "Change the entries of this stack, or what they clash with.";
}

function testLines(text: string, subject: string): number[] {
  if (subject === "") return [];
  return linesWith(text, new RegExp(`"(src|user)"\\s*:\\s*"${literally(subject)}"`));
}

function quoted(text: string, index: number, numbers: (number | undefined)[]): string {
  const line = text.split("\n")[index]?.trim() ?? "";
  return `${position(numbers[index])}: ${line}`;
}

function position(number: number | undefined): string {
  return number === undefined ? "an entry of this stack" : `line ${number}`;
}
