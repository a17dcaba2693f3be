/** Finds expressions by which people without rights in a repository could put text of theirs into a workflow. */

/**
 * The first `${{ }}` expression of the text that can carry what an outsider wrote: titles and bodies of pull requests,
 * issues, comments, reviews and discussions, branch names, commit messages and authors, wiki pages, and objects that
 * hold any of them, such as `toJSON(github)`.
 *
 * Of the event only what is known to be an id, a number, a flag or a name of a restricted form is taken for harmless; a
 * property that is not listed here counts as the outsider's. Other contexts than `github` are the maintainers' own.
 * GitHub's list of dangerous properties: https://docs.github.com/actions/concepts/security/script-injections
 *
 * @returns the expression as written, `${{ github.head_ref }}`, or undefined.
 */
export function findUntrustedExpression(text: string): string | undefined {
  return firstExpression(text, (reference) => !isTrusted(reference));
}

/**
 * The first `${{ }}` expression of the text that gives a secret away: `secrets` in any form, the job's token, or the
 * environment of a step where a name says that it holds one.
 *
 * @returns the expression as written, `${{ secrets.NPM_TOKEN }}`, or undefined.
 */
export function findSecretExpression(text: string): string | undefined {
  return firstExpression(text, isSecret);
}

/** Whether a `${{` of the text is never closed. GitHub then refuses the file, and no event starts anything. */
export function hasUnclosedExpression(text: string): boolean {
  const last = text.lastIndexOf("${{");
  return last >= 0 && endOfExpression(text, last + 3) === text.length;
}

function firstExpression(text: string, isMeant: (reference: Reference) => boolean): string | undefined {
  for (let start = text.indexOf("${{"); start >= 0; start = text.indexOf("${{", start + 3)) {
    const end = endOfExpression(text, start + 3);
    if (references(text.slice(start + 3, end)).some(isMeant)) return text.slice(start, end + 2);
  }
  return undefined;
}

/** Where the `}}` stands that closes the expression, not one in a string; the end of the text if there is none. */
function endOfExpression(text: string, from: number): number {
  let inString = false;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "'") inString = !inString;
    else if (!inString && text.startsWith("}}", at)) return at;
  }
  return text.length;
}

/** Lower-cased path of a context reference; `*` also for an index that is only known when the workflow runs. */
type Reference = readonly string[];

/** All context references of an expression: `github.event['issue'].title` is `github`, `event`, `issue`, `title`. */
function references(expression: string): Reference[] {
  const tokens = expression.match(/'(?:[^']|'')*'?|[A-Za-z_][\w-]*|\d[\w.]*|[^\s]/g) ?? [];
  const found: Reference[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const name = tokens[at] ?? "";
    if (!/^[A-Za-z_]/.test(name) || tokens[at + 1] === "(" || tokens[at - 1] === ".") continue;
    found.push([name.toLowerCase(), ...properties(tokens, at + 1)]);
  }
  return found;
}

function properties(tokens: readonly string[], from: number): string[] {
  const path: string[] = [];
  for (let at = from; ; ) {
    const [token, next = "", afterNext] = tokens.slice(at, at + 3);
    if (token === ".") {
      path.push(next.toLowerCase());
      at += 2;
    } else if (token === "[" && afterNext === "]") {
      path.push(/^'.*'$/.test(next) ? next.slice(1, -1).toLowerCase() : "*");
      at += 3;
    } else if (token === "[") {
      return [...path, "*"];
    } else {
      return path;
    }
  }
}

function isTrusted([context, property, ...path]: Reference): boolean {
  if (context !== "github") return true;
  if (property === "event") return restricted.has(path.at(-1) ?? "") || restricted.has(path.slice(-2).join("."));
  return property !== undefined && property !== "*" && property !== "head_ref";
}

function isSecret([context, property]: Reference): boolean {
  if (context === "secrets") return true;
  // The whole of `github` has the token in it.
  if (context === "github") return property === undefined || property === "*" || property === "token";
  if (context !== "env") return false;
  return property === undefined || property === "*" || /token|secret|key|passw/.test(property);
}

/** Properties of an event payload that hold no free text, some only under a certain parent. */
const restricted = new Set([
  ...["id", "node_id", "number", "run_id", "run_number", "run_attempt"],
  ...["sha", "head_sha", "before", "after", "commit_id", "merge_commit_sha"],
  ...["action", "state", "type", "event", "conclusion", "author_association", "visibility"],
  ...["draft", "merged", "mergeable", "locked", "private", "fork"],
  ...["created_at", "updated_at", "closed_at", "merged_at", "submitted_at"],
  ...["additions", "deletions", "changed_files"],
  // Accounts and repositories: letters, digits, dots, dashes and underscores only.
  ...["login", "full_name", "repository.name", "repo.name"],
  // Branches of the repository itself. The default branch of a fork (`head.repo.default_branch`) is not one.
  ...["repository.default_branch", "base.ref", "base.sha"],
  ...["pull_request.html_url", "issue.html_url", "comment.html_url", "review.html_url"],
]);
