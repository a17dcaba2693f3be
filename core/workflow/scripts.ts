/**
 * Bash text of the `run` steps: constant, so that nothing of an event or of the settings is ever part of a script. Values
 * come through environment variables, and what people wrote is read from the event's file by JavaScript, never by a shell.
 *
 * Tools: bash and curl, without which the Claude action cannot install Claude Code either. No jq: for JSON there is Node,
 * or where the runner has none Bun, which the Claude action installs.
 */

/** Needs `ANTHROPIC_BASE_URL` and `TOOLS`. Also removes what an earlier run may have left on a runner that lives on. */
export const checkRunner = `
case "$ANTHROPIC_BASE_URL" in
  http://?*) echo "Claude Code will call $ANTHROPIC_BASE_URL." ;;
  *)
    echo "::error title=ANTHROPIC_BASE_URL is not set::Set it to http:// and the host name of Aperture. Without it Claude Code would send the prompt to api.anthropic.com."
    exit 1
    ;;
esac
for tool in $TOOLS; do
  command -v "$tool" > /dev/null || echo "::warning title=$tool is missing::Install $tool on this runner: Claude works with it."
done
rm -f "$RUNNER_TEMP/claude-execution-output.json"
`;

/** Needs `ANTHROPIC_BASE_URL` and `APERTURE_TAG`. */
export const requestAperture = String.raw`
fail() {
  echo "::error title=Aperture::$1"
  exit 1
}
# A gateway that does not know the first path is asked for the second.
for path in /api/providers /v1/models; do
  for attempt in 1 2 3; do
    failed=0
    status=$(curl --silent --show-error --connect-timeout 10 --max-time 20 \
      --output /dev/null --write-out '%{http_code}' "$ANTHROPIC_BASE_URL$path") || failed=$?
    if [ "$failed" = 0 ] || [ "$attempt" = 3 ]; then break; fi
    sleep 2
  done
  case "$failed" in
    0) echo "GET $ANTHROPIC_BASE_URL$path: $status" ;;
    6) fail "The host name of $ANTHROPIC_BASE_URL does not resolve. Turn MagicDNS on in the tailnet's DNS settings, and check the name." ;;
    7 | 28) fail "$ANTHROPIC_BASE_URL does not answer on port 80. Check dst and ip (tcp:80) of the grant for $APERTURE_TAG." ;;
    127) fail "curl is missing on this runner. Install it: Claude Code's installer needs it too." ;;
    *) fail "The request to $ANTHROPIC_BASE_URL failed with curl's exit code $failed." ;;
  esac
  case "$status" in 404 | 405) ;; *) break ;; esac
done
case "$status" in
  2??) ;;
  401 | 403) fail "Aperture refuses $APERTURE_TAG with HTTP $status. Check that its grant has { \"role\": \"user\" }, and that the runner has no second tag." ;;
  404 | 405) echo "::warning title=Aperture::It answers, but serves no list of models: whether $APERTURE_TAG has a role shows in the next step." ;;
  *) fail "$ANTHROPIC_BASE_URL answers with HTTP $status. Check that the host is Aperture, and that Aperture is well." ;;
esac
`;

/**
 * Decides whether the job is red, and says why. Needs the outcomes `TAILNET`, `APERTURE` and `CLAUDE` of the steps,
 * `CONCLUSION` and `EXECUTION_FILE` of the Claude action, `JOB_STATUS`, `WRITE_ACCESS` (empty where nobody asked),
 * `ANTHROPIC_BASE_URL`, `APERTURE_TAG` and `MODEL`.
 *
 * The action is green and sets no conclusion when it finds nothing to do. Its log hides why a request failed; the
 * execution file has it: a JSON array whose last `type: "result"` holds `result`, `is_error` and `api_error_status`.
 */
export const report = String.raw`
green() {
  echo "$1"
  echo "$1" >> "$GITHUB_STEP_SUMMARY"
  exit 0
}
red() { # what happened, what to check, the reason that the model's side gave
  if [ -n "$3" ]; then echo "Reason: $3"; fi
  echo "::error title=Claude did not succeed::$1 $2"
  {
    printf '### Claude did not succeed\n\n%s\n' "$1"
    # Indented by four, Markdown shows text as it is.
    if [ -n "$3" ]; then printf '\n    %s\n' "$3"; fi
    printf '\n%s\n' "$2"
  } >> "$GITHUB_STEP_SUMMARY"
  exit 1
}
javascript() {
  "$(command -v node || command -v bun)" -e "$1" || true
}

if [ "$CLAUDE" = success ] && [ "$CONCLUSION" = success ]; then
  echo "Claude ran through $ANTHROPIC_BASE_URL as $APERTURE_TAG."
  exit 0
fi
if [ "$JOB_STATUS" = cancelled ]; then green "The job was cancelled before Claude was done."; fi
if [ "$WRITE_ACCESS" = false ]; then green "Claude was not asked: $GITHUB_ACTOR has no write access to this repository."; fi

if [ "$CLAUDE" = success ]; then
  # The action's own rule for a mention, on the text that it looks at.
  mentioned=$(javascript '
    const event = JSON.parse(require("fs").readFileSync(process.env.GITHUB_EVENT_PATH, "utf8"));
    const written = event.comment || event.review || event.issue || {};
    const texts = written === event.issue ? [written.title, written.body] : [written.body];
    console.log(texts.some((text) => /(^|\s)@claude([\s.,!?;:]|$)/i.test(text || "")));
  ')
  if [ "$GITHUB_EVENT_NAME" != pull_request ] && [ "$mentioned" = false ]; then
    green "Claude was not asked: the text contains @claude, but not as a word of its own."
  fi
  red "The Claude action found nothing to do and called no model." "Check its inputs in this file; another release of the action may need others."
fi

if [ "$CLAUDE" != failure ]; then
  if [ "$TAILNET" = failure ]; then
    red "The runner did not join the tailnet, or Aperture did not answer its ping." "Check that $APERTURE_TAG is in tagOwners and in a grant to the Aperture device, that the repository secrets are there, and that the subject of the federated identity fits this workflow."
  fi
  if [ "$APERTURE" = failure ]; then red "Aperture did not answer as it should." "The message of that step says what to check."; fi
  red "A step before Claude failed." "The message of that step says why."
fi

details=
if [ -z "$EXECUTION_FILE" ]; then EXECUTION_FILE="$RUNNER_TEMP/claude-execution-output.json"; fi
export EXECUTION_FILE
if [ -f "$EXECUTION_FILE" ]; then
  # One line without control characters and without the start of a workflow command: it can quote anybody.
  details=$(javascript '
    const messages = JSON.parse(require("fs").readFileSync(process.env.EXECUTION_FILE, "utf8"));
    const result = messages.filter((message) => message.type === "result").pop() || {};
    const text = String(result.result || (result.errors || []).join("; ") || result.subtype || "no result");
    const status = result.api_error_status || (/API Error: (\d{3})/.exec(text) || [])[1] || "none";
    const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").split("##[").join("## [");
    console.log(status + " " + line.slice(0, 500));
  ')
fi
if [ -z "$details" ]; then
  red "The Claude step failed without an answer of the model." "It ran into its time limit, or its log says why: a missing write access, a bot, a failed installation."
fi
read -r status reason <<< "$details"
case "$status" in
  400) cause="A guardrail in Aperture or the provider refused the request." ;;
  401) cause="The provider refused the key that Aperture sent: check the provider's key in Aperture, and that Aperture does not pass the caller's key on." ;;
  403) cause="The grant for $APERTURE_TAG lacks { \"role\": \"user\" } or a models entry that matches $MODEL." ;;
  404) cause="No models entry of the grant for $APERTURE_TAG matches $MODEL, or no provider in Aperture has it." ;;
  405) cause="The provider's baseurl in Aperture probably ends in /v1." ;;
  429) cause="A quota in Aperture or a rate limit of the provider is used up." ;;
  5??) cause="Aperture or the provider failed; run the job again later." ;;
  *) cause="Aperture's Logs page shows what arrived from $APERTURE_TAG." ;;
esac
red "Claude ended with an error (HTTP status: $status)." "$cause" "$reason"
`;
