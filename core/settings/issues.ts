/** What zod found, in the words and with the paths of the settings. */
import type { z } from "zod";
import type { Problem } from "../problem.ts";
import { propertyPath } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** One problem for each issue, and for each key that does not exist; paths as `repositories[1].name`, empty at the top. */
export function toProblems(issues: readonly Issue[]): Problem[] {
  // A list that is a text is also a list that is too short.
  const untyped = new Set(issues.filter(({ code }) => code === "invalid_type").map(({ path }) => propertyPath(path)));
  return issues
    .filter(({ code, path }) => code === "invalid_type" || !untyped.has(propertyPath(path)))
    .flatMap((issue) => describe(issue));
}

function describe(issue: Issue, prefix: PropertyKey[] = []): Problem[] {
  const place = [...prefix, ...issue.path];
  const problem = (message: string) => [{ path: propertyPath(place), message }];
  if (issue.code === "invalid_union") {
    // An entry is a name or an object: speak of the form that the value has, not of both.
    const meant = issue.errors.find(
      (branch) => branch.length > 0 && !branch.some((i) => i.code === "invalid_type" && i.path.length === 0),
    );
    if (meant) return meant.flatMap((inner) => describe(inner, place));
    // A number where a text belongs: the text's own message says how to write it.
    const [typed] = issue.errors.flat().filter(({ message }) => message.includes("YAML reads"));
    if (typed) return describe(typed, place);
  }
  if (issue.code === "unrecognized_keys") {
    // `settingsObject` writes a line for each key.
    return issue.message.split("\n").map((message, index) => ({
      path: propertyPath(place.length === 0 ? [issue.keys[index] ?? ""] : place),
      message,
    }));
  }
  const { input, code } = issue;
  if (input === undefined && (code === "invalid_type" || code === "custom" || code === "invalid_union"))
    return problem(`It is missing. ${issue.message}`);
  if (issue.input === null || (issue.input === "" && issue.code === "invalid_type"))
    return problem(`It is empty. ${issue.message}`);
  return problem(issue.message);
}
