/** Expressions of a workflow, evaluated by GitHub's own library. */
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

export interface Contexts {
  github: object;
  needs?: object;
}

/** As for a job's `if`: the values that GitHub takes for false are false, 0, an empty text and null. */
export function isTrue(expression: string | undefined, contexts: Contexts): boolean {
  const { kind, ...value } = evaluate(expression ?? "", contexts) as data.ExpressionData & { value?: unknown };
  return kind === data.Kind.Null ? false : Boolean(value.value ?? true);
}

export function evaluate(expression: string, { github, needs = {} }: Contexts): data.ExpressionData {
  const { tokens } = new Lexer(expression).lex();
  const values = Object.entries({ github, needs }).map(([key, value]) => ({
    key,
    value: JSON.parse(JSON.stringify(value), data.reviver),
  }));
  const parsed = new Parser(tokens, ["github", "needs"], []).parse();
  return new Evaluator(parsed, new data.Dictionary(...values)).evaluate();
}
