/**
 * GitHub's own libraries for workflow files and expressions. They import JSON files without saying so, which Node refuses and
 * bundlers do not; a hook says it for them.
 */
import { registerHooks } from "node:module";

registerHooks({
  load: (url, context, next) =>
    next(url, /\/@actions\/.*\.json$/.test(url) ? { ...context, importAttributes: { type: "json" } } : context),
});

export const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import(
  "@actions/workflow-parser"
);
export const { data, Evaluator, Lexer, Parser } = await import("@actions/expressions");
