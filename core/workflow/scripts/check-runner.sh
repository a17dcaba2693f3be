# Names what would fail later on this runner, and takes Aperture's host off the runner's proxies, which would read the
# prompts in clear. Needs ANTHROPIC_BASE_URL and TOOLS. Stands before the checkout.
fail() { echo "::error::$1"; echo "CAUSE=$1" >> "$GITHUB_ENV"; exit 1; }
[[ $ANTHROPIC_BASE_URL =~ ^http://[A-Za-z0-9.-]+$ ]] || fail "$noBaseUrl"
# Settings files redirect nothing (claude-step.ts); of these variables the action hands on whatever it does not know. Names
# that choose a model or a limit are harmless; all others may be a provider, an endpoint or a credential.
for name in ${!ANTHROPIC_*} ${!CLAUDE_*}; do
  [[ ! ${!name} || $name =~ ^(ANTHROPIC_(BASE_URL|MODEL|DEFAULT_.*)|CLAUDE_CODE_MAX_.*)$ ]] || fail "$redirect"
done
[[ $RUNNER_OS == Linux ]] || fail "$noLinux"
[[ $HOME ]] || fail "$noHome"
for tool in $TOOLS; do command -v "$tool" || fail "$noTool"; done
# The Tailscale action would log this machine in anew, and out at its end.
[[ ! -e /var/run/tailscale/tailscaled.sock ]] || fail "$tailscaledRuns"
# A job's `env` would replace the runner's own exceptions. An asterisk means all hosts only where it stands alone. An entry
# is also the end of longer names (curl, Node.js): `ai` of claude.ai, from where the Claude action takes Claude Code.
host=${ANTHROPIC_BASE_URL#http://}
[[ $https_proxy$HTTPS_PROXY && .claude.ai == *."$host" ]] && echo "::warning::$shortName"
list=${NO_PROXY:+$NO_PROXY,}${no_proxy:+$no_proxy,}$host
[[ $NO_PROXY == \* || $no_proxy == \* ]] && list=\*
printf '%s\n' "NO_PROXY=$list" "no_proxy=$list" >> "$GITHUB_ENV"
