/** Rules that people add to the tools of a preset: which ones can be, and what is wrong with others. */
import { formatMessage } from "../messages/entry.ts";
import { notAnExactCommand, toolPastAperture, unknownTool } from "../messages/workflow-settings.ts";
import type { IdentityKind } from "./options.ts";
import type { ToolRules } from "./tools.ts";

/** More would not fit beside a long prompt into one expression of GitHub's, see `longestPrompt`. */
export const mostToolRules = 20;
const longestRule = 120;

/**
 * A command without anything that a shell, the Claude action's splitting of arguments, or Claude Code's rules would read as
 * more than a character: no quote, comma, parenthesis, wildcard, operator or line break. The first word is no assignment.
 */
const command = /^[\w./][\w.:@%+/-]*( [\w.:@%+=/-]+)*$/;
/** A folder that is named from the root of the file system, in Claude Code's notation. */
const folder = /^Read\(\/(\/[\w-][\w.-]*)+\/\*\*\)$/;

/** What stands between the parentheses of a `Bash` rule, if it is an exact command. */
function readCommand(rule: string): string | undefined {
  const inner = /^Bash\((.*)\)$/.exec(rule)?.[1];
  // A rule that ends with `:*` is a prefix (code.claude.com/docs/en/permissions); the asterisk is refused everywhere.
  return inner !== undefined && rule.length <= longestRule && command.test(inner) ? inner : undefined;
}

/** The exact commands among the rules, each once. All of them run in the checkout, so a pull request decides what they do. */
export function listCommands(rules: readonly string[] = []): string[] {
  return [...new Set(rules.flatMap((rule) => readCommand(rule) ?? []))];
}

/**
 * Why a rule cannot be added, and what to write instead; undefined if it can.
 * @param shown the rule as a message quotes it.
 */
export function refuseToolRule(rule: string, shown = JSON.stringify(rule)): string | undefined {
  if (readCommand(rule) !== undefined) return undefined;
  if (folder.test(rule) && rule.length <= longestRule) return undefined;
  const values = { rule: shown, most: longestRule };
  if (/^Bash\b/i.test(rule)) return formatMessage(notAnExactCommand, values);
  if (/^(web|mcp)/i.test(rule)) return formatMessage(toolPastAperture, values);
  return formatMessage(unknownTool, values);
}

/** The rules of a preset and those of the settings. */
export function addToolRules(preset: ToolRules, rules: readonly string[] = []): ToolRules {
  return {
    available: listCommands(rules).length > 0 ? ["Bash", ...preset.available] : preset.available,
    allowed: [...new Set([...preset.allowed, ...rules])],
    denied: preset.denied,
  };
}

/** What Claude is told about its shell: one line, for a prompt. */
export function describeShell(rules: readonly string[] = []): string {
  const commands = listCommands(rules);
  return commands.length === 0
    ? "There is no shell."
    : `The shell is for these commands, exactly as they stand here: ${commands.map((one) => `\`${one}\``).join(", ")}.`;
}

/** What a process of the job can take besides the job's token, for a message. */
export function describeCredential(identity: IdentityKind, tag: string): string {
  // A step of a job with `id-token: write` can ask GitHub for a token, and sudo of a hosted runner reads any process.
  return identity === "federated"
    ? `OIDC tokens, with which any machine joins the tailnet as ${tag}`
    : `the secret of the OAuth client, with which any machine joins the tailnet as ${tag} until it is renewed`;
}
