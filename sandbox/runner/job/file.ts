/**
 * The file that act is given for one job: its steps, environment and defaults as they were committed, and nothing else, since
 * the rest was decided before. Written as JSON, which is YAML: anchors are expanded, and each text is a text, whatever YAML
 * would take it for. Jobs that it needs become jobs that hand over what those handed over.
 *
 * What act's context `github` lacks (`repository_id`, `workflow_ref`, ...) is put in place of the expression that asks for
 * it. `toJSON(github)` does not have it.
 */
import { outsideOfTexts, splitExpressions } from "../rules/expressions.ts";
import type { JobBody, Value, WorkflowFile } from "../rules/workflow-file.ts";

export interface Needed {
  result: string;
  outputs: Record<string, string>;
}

export interface JobFile {
  /** `github.workflow` */
  workflow: string;
  event: string;
  file: WorkflowFile;
  id: string;
  body: JobBody;
  /** By id, as far as `needs` names them. */
  needs: Readonly<Record<string, Needed>>;
  /** What act's `github` lacks. */
  lacked: Readonly<Record<string, string>>;
  /** `inputs` of a called workflow, evaluated. */
  inputs: Readonly<Record<string, unknown>>;
}

/** The label that act knows how to run. */
export const runnerLabel = "ubuntu-latest";

export function jobFile({ workflow, event, file, id, body, needs, lacked, inputs }: JobFile): string {
  const { env, defaults } = file;
  const { steps = [], name = id } = body;
  const replacements = new Map([
    ...Object.entries(lacked).map(([key, value]) => [`github.${key}`.toLowerCase(), value] as const),
    ...Object.entries(inputs).map(([key, value]) => [`inputs.${key}`.toLowerCase(), value] as const),
  ]);
  const own = (value: Value | undefined) => replaceContexts(value, replacements);
  const jobs: Record<string, unknown> = {};
  for (const [needed, { result, outputs }] of Object.entries(needs)) jobs[needed] = neededJob(result, outputs);
  jobs[id] = {
    name,
    "runs-on": runnerLabel,
    // Whether it runs was decided before; a needed job that failed must not decide it again.
    if: "always()",
    ...(Object.keys(needs).length > 0 ? { needs: Object.keys(needs) } : {}),
    ...(body.env === undefined ? {} : { env: own(body.env) }),
    ...(body.defaults === undefined ? {} : { defaults: own(body.defaults) }),
    steps: steps.map((step) => ownStep(step, own)),
  };
  const top = {
    name: workflow,
    on: event,
    env: own(env),
    ...(defaults === undefined ? {} : { defaults: own(defaults) }),
  };
  return JSON.stringify({ ...top, jobs }, undefined, 1);
}

/** An `if` is an expression without `${{ }}`. */
function ownStep(step: Record<string, Value>, own: (value: Value | undefined) => unknown): unknown {
  // The runner keeps the step's time, and ends all that it started; act ends its shell alone.
  const { if: condition, "timeout-minutes": _, ...rest } = step;
  if (condition === undefined) return own(rest);
  if (typeof condition !== "string") return own({ ...rest, if: condition });
  const isBare = !condition.includes("${{");
  const replaced = own(isBare ? `\${{${condition}}}` : condition);
  return { ...(own(rest) as object), if: replaced };
}

/** A job that ends with that result and those outputs. */
function neededJob(result: string, outputs: Record<string, string>): object {
  const literals = Object.entries(outputs).map(([name, value]) => [name, `\${{ '${value.replaceAll("'", "''")}' }}`]);
  return {
    "runs-on": runnerLabel,
    ...(result === "skipped" ? { if: "false" } : { if: "always()" }),
    steps: [{ run: result === "success" ? "true" : "false" }],
    outputs: Object.fromEntries(literals),
  };
}

function replaceContexts(value: Value | undefined, replacements: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === "string") {
    return splitExpressions(value)
      .map(({ text, isExpression }) => (isExpression ? `\${{${replaceIn(text, replacements)}}}` : text))
      .join("");
  }
  if (Array.isArray(value)) return value.map((one) => replaceContexts(one, replacements));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaceContexts(one, replacements)]));
}

function replaceIn(expression: string, replacements: ReadonlyMap<string, unknown>): string {
  let at = 0;
  let replaced = "";
  for (const part of outsideOfTexts(expression)) {
    replaced += part.replace(/(?<![\w.-])(github|inputs)\s*\.\s*[\w-]+/gi, (reference) => {
      const key = reference.replace(/\s/g, "").toLowerCase();
      return replacements.has(key) ? literal(replacements.get(key)) : reference;
    });
    at += part.length;
    const quoted = /^'(?:[^']|'')*'/.exec(expression.slice(at))?.[0] ?? "";
    replaced += quoted;
    at += quoted.length;
  }
  return replaced;
}

const literal = (value: unknown): string =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value ?? "null");
