/**
 * What Claude may use in each preset, in the notation of Claude Code's rules. Every rule here is tried on the real
 * program by `npm run fidelity`, since its permission engine decides and not its documentation.
 *
 * - No shell. Claude Code lets commands that only read run without a rule, and `git remote -v`, `cat < .git/config` or
 *   `tac .git/config` print the job's token, which the Claude action writes there before Claude starts.
 * - Inside the checkout reading needs no rule; elsewhere it is denied, also behind a symbolic link or `..`.
 * - A rule is compared with the path as given and with what it resolves to.
 */

/** The rules of one preset; each list is the value of the flag that its comment names. */
export interface ToolRules {
  /** `--tools`: the built-in tools that exist at all. Nothing else is offered to the model, subagents included. */
  readonly available: readonly string[];
  /** `--allowedTools`: what needs no approval. Nobody approves in a workflow: the rest is denied. */
  readonly allowed: readonly string[];
  /** `--disallowedTools`: wins over everything, also over what the action allows by itself. */
  readonly denied: readonly string[];
}

export const inlineCommentTool = "mcp__github_inline_comment__create_inline_comment";

/** Where the step "Collect the pull request" puts title, description and patches; outside of the checkout, whose links it would follow. */
export const pullRequestFile = "${{ runner.temp }}/pull-request.diff";

/** The token stands in `.git/config`, and in the environment of Claude Code and the action. */
const tokens = ["Read(./.git/**)", "Read(//proc/**)"];

const reading = ["Glob", "Grep", "Read"];

export const reviewTools: ToolRules = {
  available: reading,
  allowed: [inlineCommentTool, `Read(/${pullRequestFile})`],
  denied: tokens,
};

/**
 * In tag mode the action allows reading everywhere, edits inside the checkout, its own comment, the results of checks, and
 * commits to one branch through GitHub's API (`use_commit_signing`: without it, a shell with git). Nothing can be taken
 * from its list but by denials, so a home directory's hidden files are denied by name.
 */
export const mentionTools: ToolRules = {
  available: ["Edit", ...reading, "Write"],
  allowed: [],
  denied: [...tokens, "Read(~/.*)", "Read(~/.*/**)", "Read(//**/.credentials*)"],
};
