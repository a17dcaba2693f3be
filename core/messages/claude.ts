import { message, type Section } from "./entry.ts";

export const nothingToDo = message({
  says: "The Claude action found nothing to do.",
  cause: "another release of the action, or inputs that were changed in the file",
  fix: "restore the file; `workflow.actions`",
});

export const earlierStep = message({
  says: "A step before Claude failed; its log says why.",
  cause: "**Checkout**, mostly",
  fix: "its log",
});

export const status400 = message({
  says: "A guardrail or the provider refused the request.",
  cause: "a guardrail, or a request that the model does not take",
  fix: "the reason in the summary",
});

export const status401 = message({
  says: "The provider refused the key of Aperture.",
  cause: "the key is wrong in Aperture, or Aperture passes the caller's `-` on",
  fix: "the provider's key and its `auth_mode`",
});

export const status403 = message({
  says: "The grant lacks the role user, or a pattern for the model.",
  cause: "no role, or the model is outside of the granted patterns",
  fix: 'both entries, `{ "role": "user" }` and `{ "models": "..." }`',
});

export const status404 = message({
  says: "No pattern of the grant, or no provider, has the model.",
  cause: "role there, but no pattern for the model, or no provider in Aperture has it",
  fix: "`models`; the first part of a pattern is the provider's key in Aperture, so `anthropic/**` needs a provider `anthropic`",
});

export const status405 = message({
  says: "The baseurl of the provider ends in /v1.",
  cause: "the provider's `baseurl` ends in `/v1`",
  fix: "remove that",
});

export const status429 = message({
  says: "A quota in Aperture or the limit of the provider is used up.",
  cause: "a quota in Aperture, or Anthropic's rate limit. A quota that Aperture cannot parse refuses everything",
  fix: "the quota's bucket; wait",
});

export const status500 = message({
  says: "Aperture or the provider failed.",
  cause: "Aperture or Anthropic",
  fix: "run again",
});

export const otherError = message({
  says: "Claude ended with an error.",
  cause: "none of the above",
  fix: "the quoted error; Aperture's log shows what arrived",
});

export const refusal = message({
  says: "The model refused the task.",
  cause: "stop reason `refusal`: the provider's classifiers stopped it, or the change reads like one to refuse",
  fix: "another `workflow.model`; `workflow.prompt`",
});

export const turnLimit = message({
  says: "Claude reached its limit of turns.",
  cause: "`error_max_turns`: `workflow.maxTurns`, or a limit in settings of Claude Code",
  fix: "a higher `workflow.maxTurns`; a smaller change",
});

export const noResult = message({
  says: "Claude ended without a result: its log says why, or its time was up.",
  cause: "time limit (`workflow.timeoutMinutes`), failed installation, or one of the action's errors below",
  fix: "its log",
});

export const noMessages = message({
  says: "What the Claude action wrote about its run cannot be read.",
  cause: "another release of the action, a full disk, or a runner that ended in the middle",
  fix: "its log; `workflow.actions`; run again",
});

export const noModel = message({
  says: "No model was asked: a mention that begins with / is a command to Claude Code.",
  cause: "`@claude /review`: Claude Code answers by itself that there is no such command",
  fix: "ask in words",
});

export const notPosted = message({
  says: "GitHub did not take the comment of the review.",
  cause: "the conversation is locked, no `pull-requests: write`, or GitHub failed four times",
  fix: "the quoted error: unlock it; restore the file; run again",
});

export const claude: Section = {
  title: "Red: Claude",
  introduction:
    "The last step says the cause and quotes the error, which the action's own log hides; it names the tag, the base URL and the\nmodel that was asked for. A text on the list of HTTP statuses is a guess from the status alone: the quoted error decides.",
  entries: [
    nothingToDo,
    earlierStep,
    status400,
    status401,
    status403,
    status404,
    status405,
    status429,
    status500,
    otherError,
    refusal,
    turnLimit,
    noResult,
    noMessages,
    noModel,
    notPosted,
    {
      seen: "an API key error: `Either ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN, or workload identity federation ... is required`",
      logged: /Either ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN, or workload identity federation/,
      cause: '`anthropic_api_key` is empty. It must be `"-"`, as a literal: as a secret GitHub would mask every dash',
      fix: "restore the file",
    },
    {
      seen: "`.claude/settings.json`, hooks, `.mcp.json` or a `CLAUDE.md` of a folder have no effect",
      cause: "they could redirect Claude, run commands or show it the token, so they are not read",
      fix: "nothing; `CLAUDE.md` at the top is read like any other file. [Why](security.md#tools)",
    },
    {
      seen: "`Actor does not have write permissions to the repository`",
      logged: /Actor does not have write permissions to the repository/,
      cause: "the run was started by somebody without write access",
      fix: "somebody else starts it",
    },
    {
      seen: "`Workflow initiated by non-human actor`",
      logged: /Workflow initiated by non-human actor/,
      cause: "a bot started it",
      fix: "a person starts it",
    },
    {
      seen: "`Could not fetch an OIDC token. Did you remember to add ...`, or 401 `Claude Code is not installed on this repository`",
      logged: /Could not fetch an OIDC token\. Did you remember to add|Claude Code is not installed on this repository/,
      cause: "`github_token` was removed, so the action asks Anthropic for its App's token",
      fix: "restore the file",
    },
    {
      seen: "`Not a git repository`",
      logged: /Not a git repository/i,
      cause: "the checkout was removed",
      fix: "restore the file",
    },
    {
      seen: "red after three minutes and not at once",
      cause: "401, 429 and 5xx are retried; ours retries twice, the default is ten times",
      fix: "",
    },
    {
      seen: "a tool was denied; the step is green",
      cause: "the tool is not allowed",
      fix: "[tools](security.md#tools)",
    },
  ],
};
