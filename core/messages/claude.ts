import type { Section } from "./entry.ts";

export const claude: Section = {
  title: "Red: Claude",
  introduction:
    "The last step says `Claude ended with an error (HTTP status: ...)` and the reason, which the action's own log hides.",
  entries: [
    {
      seen: "403",
      cause: "no role, or the model is outside of the granted patterns",
      fix: 'both entries, `{ "role": "user" }` and `{ "models": "..." }`; the model that was asked for is in Aperture\'s log',
    },
    {
      seen: "404",
      cause: "role there, but no pattern for the model, or no provider in Aperture has it",
      fix: "`models`; the first part of a pattern is the provider's key in Aperture, so `anthropic/**` needs a provider `anthropic`",
    },
    {
      seen: "401",
      cause: "the provider refused the key: wrong in Aperture, or Aperture passes the caller's `-` on",
      fix: "the provider's key and its `auth_mode`",
    },
    { seen: "405", cause: "the provider's `baseurl` ends in `/v1`", fix: "remove that" },
    {
      seen: "429",
      cause: "a quota in Aperture, or Anthropic's rate limit. A quota that Aperture cannot parse refuses everything",
      fix: "the quota's bucket; wait",
    },
    {
      seen: "400",
      cause: "a guardrail in Aperture, or a request that the model does not take",
      fix: "the reason in the summary",
    },
    { seen: "5xx", cause: "Aperture or Anthropic", fix: "run again" },
    {
      seen: "an API key error: `Either ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN, or workload identity federation ... is required`",
      cause: '`anthropic_api_key` is empty. It must be `"-"`, as a literal: as a secret GitHub would mask every dash',
      fix: "restore the file",
    },
    {
      says: "The Claude step failed without an answer of the model.",
      file: "core/workflow/scripts.ts",
      cause: "time limit, failed installation, or one of the next four",
      fix: "its log",
    },
    {
      seen: "`Actor does not have write permissions to the repository`",
      cause: "the run was started by somebody without write access",
      fix: "somebody else starts it",
    },
    { seen: "`Workflow initiated by non-human actor`", cause: "a bot started it", fix: "a person starts it" },
    {
      seen: "`Could not fetch an OIDC token. Did you remember to add ...`, or 401 `Claude Code is not installed on this repository`",
      cause: "`github_token` was removed, so the action asks Anthropic for its App's token",
      fix: "restore the file",
    },
    { seen: "`Not a git repository`", cause: "the checkout was removed", fix: "restore the file" },
    {
      seen: "red after three minutes and not at once",
      cause: "401, 429 and 5xx are retried; ours retries twice, the default is ten times",
      fix: "",
    },
    {
      seen: "a tool was denied; the step is green",
      cause: "the tool is not allowed",
      fix: "[tools](security.md#prompt-injection)",
    },
  ],
};
