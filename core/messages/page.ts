/** docs/troubleshooting.md: the catalogue as tables. */
import type { Entry, Section } from "./entry.ts";

/** The page, with one table per section. */
export function renderTroubleshootingPage(sections: readonly Section[]): string {
  const contents = sections.map(({ title }) => `- [${title}](#${anchor(title)})`).join("\n");
  return `${opening}\n${contents}\n\n${reading}${sections.map(sectionText).join("")}`;
}

const opening = `# Troubleshooting

<!-- Written by \`npm run troubleshooting\` from core/messages/ and core/checks/; a test holds it current. -->

Find the text that you see. Settings: [settings.md](settings.md); the policy file: [policy-file.md](policy-file.md); who
may do what: [security.md](security.md).
`;

const reading = `In a red run read the last step first, **Check that Claude ran**: it names the step that failed and the likely cause, in
the log and in the job's summary.
`;

function sectionText({ title, introduction, entries }: Section): string {
  const rows = entries
    .map((entry) => `| ${[describeSymptom(entry), entry.cause, entry.fix].map(cell).join(" | ")} |\n`)
    .join("");
  const before = introduction === undefined ? "" : `${introduction}\n\n`;
  return `\n## ${title}\n\n${before}| symptom | cause | fix |\n| --- | --- | --- |\n${rows}`;
}

/** What people look for. */
function describeSymptom(entry: Entry): string {
  const when = entry.when === undefined ? "" : `${entry.when}: `;
  if ("seen" in entry) return when + entry.seen;
  if ("theirs" in entry) return when + entry.theirs.map(code).join(", or ");
  return when + code(withoutValues(entry.says));
}

/** The fixed part of a text, for which people can search. */
function withoutValues(text: string): string {
  return text
    .replace(/\{\w+\}/g, "...")
    .replaceAll("....", "...")
    .replace(/[: (]*\.\.\.\)?$/, "");
}

/** A code span; a text that has backticks itself needs two around it (CommonMark, "Code spans"). */
function code(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, " ");
  return line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** A pipe would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** As GitHub makes them of headings. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}
