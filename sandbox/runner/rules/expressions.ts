/** Expressions that GitHub evaluates before a job has a runner: `if`, concurrency groups, names, what calls hand over. */
import type { data as Data } from "@actions/expressions";
import { data, Evaluator, Lexer, Parser } from "./libraries.ts";
import type { Value } from "./workflow-file.ts";

export type Contexts = Readonly<Record<string, unknown>>;

/** How what came before has ended, for `success()` and the like; after a skipped job none of them but `always()` is true. */
export type Before = "success" | "failure" | "cancelled" | "skipped";

const statusFunctions = ["success", "failure", "cancelled", "always"];

/** The value of an expression without `${{ }}`. */
export function evaluate(expression: string, contexts: Contexts, before?: Before): unknown {
  const { tokens } = new Lexer(expression).lex();
  const names = Object.keys(contexts);
  const functions = before ? statusFunctions.map((name) => ({ name, minArgs: 0, maxArgs: 0 })) : [];
  const parsed = new Parser(tokens, names, functions).parse();
  const dictionary = new data.Dictionary(
    ...names.map((key) => ({ key, value: JSON.parse(JSON.stringify(contexts[key] ?? null), data.reviver) })),
  );
  const results: Record<string, boolean> = { always: true, ...(before ? { [before]: true } : {}) };
  const calls = functions.map((one) => {
    const call = () => new data.BooleanData(results[one.name] ?? false);
    return [one.name, { ...one, call }] as const;
  });
  return plain(new Evaluator(parsed, dictionary, new Map(calls)).evaluate());
}

const plain = (value: Data.ExpressionData): unknown => JSON.parse(JSON.stringify(value, data.replacer));

/** Whether a job runs. Without a status function in it, `if` means `success() && (...)`. */
export function isTrue(condition: Value | undefined, contexts: Contexts, before: Before): boolean {
  const text = String(condition ?? "").trim();
  const inner = /^\$\{\{([\s\S]*)\}\}$/.exec(text)?.[1] ?? text;
  const isOverridden = outsideOfTexts(inner).some((part) => /\b(success|failure|cancelled|always)\s*\(/i.test(part));
  if (!isOverridden && before !== "success") return false;
  return inner.trim() === "" || Boolean(evaluate(inner, contexts, before));
}

/** A text with its `${{ }}` replaced; one that is nothing but an expression keeps the type of its value. */
export function interpolate(value: Value | undefined, contexts: Contexts): unknown {
  if (typeof value !== "string") return value;
  const parts = splitExpressions(value);
  const [only] = parts;
  if (parts.length === 1 && only?.isExpression) return evaluate(only.text, contexts);
  return parts.map(({ text, isExpression }) => (isExpression ? toText(evaluate(text, contexts)) : text)).join("");
}

/** As `interpolate`, as text. */
export const interpolateText = (value: Value | undefined, contexts: Contexts): string =>
  toText(interpolate(value, contexts));

/** How an expression's value looks in a text. */
function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value);
  return Array.isArray(value) ? "Array" : "Object";
}

/** The text's pieces, in order; an expression without its `${{ }}`. */
export function splitExpressions(text: string): { text: string; isExpression: boolean }[] {
  const parts = [];
  let rest = text;
  for (let match = find(rest); match; match = find(rest)) {
    if (match.index > 0) parts.push({ text: rest.slice(0, match.index), isExpression: false });
    parts.push({ text: match[1] ?? "", isExpression: true });
    rest = rest.slice(match.index + match[0].length);
  }
  return rest === "" ? parts : [...parts, { text: rest, isExpression: false }];
}

const find = (text: string) => /\$\{\{((?:'(?:[^']|'')*'|(?!\}\})[^'])*)\}\}/.exec(text);

/** An expression's pieces that are no text in quotes. */
export const outsideOfTexts = (expression: string): string[] => expression.split(/'(?:[^']|'')*'/);
