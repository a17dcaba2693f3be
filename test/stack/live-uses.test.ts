import { expect, it } from "vitest";
import type { CentralFile } from "../../core/workflow/file.ts";
import { type CentralWorkflows, nameCentralWorkflow } from "../../stack/central-workflows.ts";
import { findLiveUse } from "../../stack/live-uses.ts";

const path = ".github/workflows/claude-acme-prod.yml";
const caller = (uses: string) => `jobs: {claude: {permissions: {contents: read}, uses: ${uses}}}`;

/** What is kept for a live caller, where the program has this central file. */
function callOf(uses: string, file: CentralFile | undefined): string | undefined {
  const central = (file ? [{ name: nameCentralWorkflow(file), file }] : []) as unknown as CentralWorkflows;
  const settings = { delivery: { kind: "pull-request" } } as Parameters<typeof findLiveUse>[0];
  const text = caller(uses);
  return findLiveUse(settings, { live: { text, blob: "1" }, wanted: { text: "", blob: "2" } }, central)?.call;
}

it.each<[string, string, string | undefined]>([
  ["the program's own", `acme/.github/${path}@main`, undefined],
  // A second component of its name would end the run.
  ["the program's own, spelt in another case", `Acme/.GitHub/${path}@main`, undefined],
  ["one on another branch", `acme/.github/${path}@next`, "acme-.github-claude-acme-prod@next"],
  ["one of another repository", `Acme/Tools/${path}@main`, "acme-tools-claude-acme-prod@main"],
])("a live call of %s", (_, uses, want) => {
  expect(callOf(uses, { repository: "acme/.github", path, branch: "main" })).toBe(want);
});
