/** Stack configurations that cannot be used, and what is said of each: for the parser, and through the engine. */

export type Config = Record<string, unknown>;

/** As the engine passes configuration: strings as they are, everything else as JSON. */
export function engineConfig(config: Config): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

export const ok = { "claude-aperture:repositories": ["app"] };
export const repositories = (...entries: unknown[]) => ({ "claude-aperture:repositories": entries });
export const withSetting = (key: string, value: unknown) => ({ ...ok, [`claude-aperture:${key}`]: value });

const at = "claude-aperture:";

export const mistakes: [what: string, config: Config, problems: RegExp[]][] = [
  ["no repositories", repositories(), [/repositories: List at least one/]],
  ["no key repositories", {}, [/repositories: It is missing/]],
  ["repositories without a value", { [`${at}repositories`]: "" }, [/repositories: It is empty. Expected a list/]],
  ["repositories as null", { [`${at}repositories`]: null }, [/repositories: It is empty. Expected a list/]],
  ["an entry without a value", repositories(null), [/repositories\[0\]: It is empty. Expected a repository/]],
  [
    "the key of the repositories misspelt",
    { [`${at}repositorys`]: ["app"] },
    [/repositorys: There is no key "repositorys"\. Did you mean "repositories"\?/],
  ],
  [
    "the repositories in another namespace",
    { "aperture:repositories": ["app"] },
    [
      /^aperture:repositories: .* namespace "aperture", which nothing reads\. Rename it to claude-aperture:repositories/,
    ],
  ],
  [
    "a setting under a misspelt namespace",
    { ...ok, "claude-apperture:models": ["anthropic/**"] },
    [/^claude-apperture:models: .* Rename it to claude-aperture:models/],
  ],
  [
    "a path that was set as a name",
    withSetting("workflow.model", "anthropic/x"),
    [
      /workflow\.model: .*pulumi config rm claude-aperture:workflow\.model, then pulumi config set --path 'workflow\.model'/,
    ],
  ],
  [
    "a repository that is set as a name",
    { [`${at}repositories[0]`]: "app" },
    [/repositories\[0\]: .*pulumi config set --path 'repositories\[0\]'/],
  ],
  ["repositories as a string", { [`${at}repositories`]: "app" }, [/repositories: Expected a list/]],
  ["a name that GitHub does not allow", repositories("my app"), [/repositories\[0\]: "my app" is not a repository/]],
  ["a name of dots", repositories(".."), [/repositories\[0\]: ".." is not a repository/]],
  [
    "a name with .git",
    repositories("app.git"),
    [/repositories\[0\]: "app.git" is not a repository\. Did you mean app\?/],
  ],
  [
    "the address of a page as repository",
    repositories("https://github.com/acme/app"),
    [/repositories\[0\]: .* is not a repository\. Did you mean acme\/app\?/],
  ],
  [
    "what git clones as repository",
    repositories({ name: "git@github.com:acme/app.git" }),
    [/repositories\[0\]\.name: .*Did you mean acme\/app\?/],
  ],
  [
    "a name that YAML takes for a number",
    repositories(2048),
    [/repositories\[0\]: .*YAML reads 2048 as a number: write "2048" in quotes/],
  ],
  [
    "the address of a page as owner",
    { ...ok, "github:owner": "https://github.com/acme" },
    [/^github:owner: "https:\/\/github\.com\/acme" is not a GitHub user or organisation\. Did you mean acme\?/],
  ],
  [
    "a repository as owner",
    { ...ok, "github:owner": "acme/app" },
    [/^github:owner: "acme\/app" is not a GitHub user or organisation/],
  ],
  [
    "a GitHub without a scheme",
    { ...ok, "github:baseUrl": "github.example.com" },
    [/^github:baseUrl: .*is not the address of a GitHub/],
  ],
  ["another owner", repositories("other/app"), [/repositories\[0\]: "other\/app" belongs to another owner .*"acme"/]],
  [
    "the same name twice, in another case",
    repositories("app", "App"),
    [/repositories\[1\]: "acme\/App" is listed already/],
  ],
  [
    "a former name that is listed",
    repositories("app", { name: "api", formerly: ["app"] }),
    [/repositories\[1\]: "acme\/app" is listed already/],
  ],
  ["an entry without a name", repositories({ tag: "tag:ci" }), [/repositories\[0\]\.name: It is missing/]],
  [
    "a near-miss key",
    withSetting("modles", ["anthropic/**"]),
    [/modles: There is no key "modles". Did you mean "models"\?/],
  ],
  [
    "a near-miss key of a repository",
    repositories({ name: "app", formely: ["x"] }),
    [/repositories\[0\]: .*Did you mean "formerly"\?/],
  ],
  [
    "environment at the top",
    withSetting("environment", "prod"),
    [/environment: .*Did you mean "workflow\.environment"\?/],
  ],
  [
    "environment in a repository",
    repositories({ name: "app", environment: "prod" }),
    [/repositories\[0\]: There is no key "environment"\. Did you mean "workflow\.environment"\?/],
  ],
  [
    "a key that is near one and belongs to another level",
    withSetting("model", "anthropic/x"),
    [/model: .*Did you mean "workflow\.model" or "models"\?/],
  ],
  [
    "a setting of the stack in a repository",
    repositories({ name: "app", hostname: "ai", onUnavailable: "skip" }),
    [
      /repositories\[0\]: .*Did you mean "claude-aperture:aperture\.hostname"\?/,
      /repositories\[0\]: .*Did you mean "claude-aperture:onUnavailable"\?/,
    ],
  ],
  ["a near-miss key deep inside", withSetting("workflow", { timeout: 5 }), [/workflow: There is no key "timeout"/]],
  ["a key that is like no other", withSetting("colour", "red"), [/colour: .*Known keys: repositories, aperture/]],
  [
    "a section without a value",
    withSetting("workflow", null),
    [/workflow: It is empty\. Expected an object with the keys/],
  ],
  ["a tag without tag:", withSetting("tag", "ci"), [/tag: "ci" is not a tag\. Write "tag:"/]],
  ["two tags", withSetting("tag", "tag:ci,tag:prod"), [/tag: .*Exactly one/]],
  ["a list of tags", withSetting("tag", ["tag:ci", "tag:prod"]), [/tag: .*Exactly one/]],
  ["a tag that begins with a digit", withSetting("tag", "tag:1st"), [/tag: "tag:1st" is not a tag/]],
  [
    "a bare model",
    withSetting("models", ["claude-sonnet-4-6"]),
    [/models\[0\]: .*provider\/pattern.*anthropic\/claude-sonnet-4-6/],
  ],
  ["no models", withSetting("models", []), [/models: Name at least one/]],
  ["models as one string", withSetting("models", "anthropic/**"), [/models: Expected a list/]],
  [
    "a host name with scheme",
    withSetting("aperture", { hostname: "http://ai" }),
    [/aperture\.hostname: "http:\/\/ai" is not a host name/],
  ],
  ["a host name with port", withSetting("aperture", { hostname: "ai:80" }), [/without scheme, port or path/]],
  ["a host name with path", withSetting("aperture", { hostname: "ai/v1" }), [/without scheme, port or path/]],
  [
    "a machine name as device",
    withSetting("aperture", { device: "ai" }),
    [/aperture\.device: "ai" is not a grant destination/],
  ],
  ["an address outside the tailnet", withSetting("aperture", { device: "10.0.0.1" }), [/100\.64\.0\.0\/10/]],
  [
    "a workflow path elsewhere",
    withSetting("workflow", { path: "ci/claude.yml" }),
    [/workflow\.path: .*\.github\/workflows\/NAME\.yml/],
  ],
  ["a workflow path that climbs", withSetting("workflow", { path: ".github/workflows/../x.yml" }), [/workflow\.path/]],
  [
    "a model with a dollar",
    withSetting("workflow", { model: "anthropic/a$x" }),
    [/workflow\.model: .*is not one model/],
  ],
  [
    "a model of no provider",
    withSetting("workflow", { model: "claude" }),
    [/workflow\.model: .*Write provider\/model/],
  ],
  ["a blank prompt", withSetting("workflow", { prompt: "  " }), [/workflow\.prompt: The prompt is empty/]],
  [
    "a control character in a prompt",
    withSetting("workflow", { prompt: "a\u0000b" }),
    [/workflow\.prompt: .*control character/],
  ],
  [
    "a prompt that GitHub cannot take",
    withSetting("workflow", { prompt: "'".repeat(8001) }),
    [/workflow\.prompt: The prompt is 16002 characters long for GitHub.* at most 16000 fit/],
  ],
  [
    "a label with a space in front",
    withSetting("workflow", { runsOn: " x" }),
    [/workflow\.runsOn: " x" is not a runner label/],
  ],
  [
    "an empty label",
    withSetting("workflow", { runsOn: ["linux", ""] }),
    [/workflow\.runsOn\[1\]: "" is not a runner label/],
  ],
  ["no label", withSetting("workflow", { runsOn: [] }), [/workflow\.runsOn: Name at least one runner label/]],
  [
    "Windows",
    withSetting("workflow", { runsOn: "windows-latest" }),
    [/workflow\.runsOn: "windows-latest" is not a Linux runner/],
  ],
  ["macOS", withSetting("workflow", { runsOn: "macos-15-xlarge" }), [/workflow\.runsOn: .*is not a Linux runner/]],
  [
    "a runner of one's own with Windows",
    withSetting("workflow", { runsOn: ["self-hosted", "Windows"] }),
    [/workflow\.runsOn\[1\]: "Windows" is not a Linux runner/],
  ],
  [
    "an environment with a space behind",
    withSetting("workflow", { environment: "prod " }),
    [/workflow\.environment: "prod " cannot be an environment/],
  ],
  [
    "an environment of any name",
    withSetting("workflow", { environment: "*" }),
    [/workflow\.environment: .*cannot be an environment/],
  ],
  ["too little time", withSetting("workflow", { timeoutMinutes: 4 }), [/workflow\.timeoutMinutes: At least 5 minutes/]],
  [
    "a pattern of commands",
    withSetting("workflow", { allowedTools: ["Bash(npm:*)"] }),
    [/workflow\.allowedTools\[0\]: "Bash\(npm:\*\)" is not one exact command\. .*Bash\(npm test\)/],
  ],
  [
    "a tool past Aperture",
    withSetting("workflow", { allowedTools: ["Read(//opt/a/**)", "WebFetch"] }),
    [/workflow\.allowedTools\[1\]: "WebFetch" reaches other servers/],
  ],
  [
    "a tool of another kind",
    withSetting("workflow", { allowedTools: ["Write"] }),
    [/workflow\.allowedTools\[0\]: "Write" is no tool that can be added/],
  ],
  [
    "tools in one text",
    withSetting("workflow", { allowedTools: "Bash(make)" }),
    [/allowedTools: Expected a list: a rule/],
  ],
  [
    "too many tools",
    withSetting("workflow", { allowedTools: Array(21).fill("Bash(make)"), trustPullRequestCode: true }),
    [/workflow\.allowedTools: At most 20 entries/],
  ],
  [
    "a command without trust, once for all that inherit it",
    {
      ...repositories("a", "b", { name: "c", workflow: { trustPullRequestCode: true } }),
      [`${at}workflow`]: { allowedTools: ["Bash(npm test)"] },
    },
    [
      /^claude-aperture:workflow\.allowedTools: Bash\(npm test\) runs code that a pull request brings.*trustPullRequestCode: true/,
    ],
  ],
  [
    "a command of a repository without trust",
    repositories("a", { name: "b", workflow: { allowedTools: ["Bash(make)"] } }),
    [/^claude-aperture:repositories\[1\]\.workflow\.allowedTools: Bash\(make\) runs code/],
  ],
  [
    "a repository that takes the trust away",
    {
      ...repositories("a", { name: "b", workflow: { trustPullRequestCode: false } }),
      [`${at}workflow`]: { allowedTools: ["Bash(make)"], trustPullRequestCode: true },
    },
    [/^claude-aperture:workflow\.allowedTools: Bash\(make\) runs code/],
  ],
  ["one turn", withSetting("workflow", { maxTurns: 1 }), [/workflow\.maxTurns: At least 2 turns/]],
  ["too many turns", withSetting("workflow", { maxTurns: 1001 }), [/workflow\.maxTurns: At most 1000 turns/]],
  ["half a turn", withSetting("workflow", { maxTurns: 2.5 }), [/workflow\.maxTurns: Expected a whole number/]],
  [
    "a blank system prompt",
    withSetting("workflow", { systemPrompt: " " }),
    [/workflow\.systemPrompt: The system prompt is empty/],
  ],
  [
    "an expression in a system prompt",
    withSetting("workflow", { systemPrompt: "On ${{ github.base_ref }}" }),
    [/workflow\.systemPrompt: An expression cannot stand in the system prompt/],
  ],
  [
    "a system prompt that GitHub cannot take",
    withSetting("workflow", { systemPrompt: "'".repeat(4001) }),
    [/workflow\.systemPrompt: The system prompt is 8002 characters long for GitHub.* at most 8000 fit/],
  ],
  [
    "a phrase with a quote",
    withSetting("workflow", { triggerPhrase: "@claude' || true || '" }),
    [/workflow\.triggerPhrase: "@claude' \|\| true \|\| '" cannot start a mention/],
  ],
  [
    "a pattern with braces",
    withSetting("workflow", { paths: ["**.{js,ts}"] }),
    [/workflow\.paths\[0\]: "\*\*\.\{js,ts\}" is not a pattern for paths: braces are no alternatives/],
  ],
  [
    "only what is taken away",
    withSetting("workflow", { skipPaths: ["!a"] }),
    [/workflow\.skipPaths: All patterns begin with !/],
  ],
  [
    "too many patterns",
    withSetting("workflow", { paths: Array(51).fill("a") }),
    [/workflow\.paths: At most 50 entries/],
  ],
  [
    "a label of two lines",
    withSetting("workflow", { skipLabels: ["a\nb"] }),
    [/workflow\.skipLabels\[0\]: "a\\nb" is not the name of a label/],
  ],
  [
    "headers that are no yes or no",
    withSetting("workflow", { headers: "off" }),
    [/workflow\.headers: Expected true or false/],
  ],
  [
    "an action that is not used",
    withSetting("workflow", { actions: { "actions/cache": "x" } }),
    [/workflow\.actions: There is no key "actions\/cache"\. Known keys: actions\/checkout/],
  ],
  [
    "a blank commit message",
    withSetting("delivery", { kind: "commit", message: " " }),
    [/delivery\.message: The commit message is empty/],
  ],
  [
    "an unknown preset",
    withSetting("workflow", { presets: ["triage"] }),
    [/workflow\.presets\[0\]: "triage" is not a preset/],
  ],
  [
    "an unpinned action",
    withSetting("workflow", { actions: { "actions/checkout": "actions/checkout@v4" } }),
    [/is not pinned/],
  ],
  [
    "an unknown identity",
    withSetting("identity", { kind: "apikey" }),
    [/identity\.kind: Expected \{ kind: federated \}/],
  ],
  [
    "a rotation of spaces",
    withSetting("identity", { kind: "oauth", rotation: "a b" }),
    [/identity\.rotation: "a b" cannot name/],
  ],
  [
    "an issuer without TLS",
    withSetting("identity", { kind: "federated", issuer: "http://x" }),
    [/identity\.issuer: Expected an https/],
  ],
  [
    "the tag of the Aperture device",
    withSetting("aperture", { device: "tag:ci" }),
    [/^claude-aperture:tag: tag:ci is the tag of the Aperture device: .*take Aperture's place.*a tag of their own/],
  ],
  [
    "the tag of the Aperture device, for a repository",
    {
      ...repositories("app", { name: "api", tag: "tag:aperture" }, { name: "web", tag: "tag:web" }),
      [`${at}aperture`]: { device: "tag:aperture" },
    },
    [/^claude-aperture:repositories\[1\]\.tag: tag:aperture is the tag of the Aperture device/],
  ],
  [
    "a tag to share that is no yes or no",
    withSetting("policy", { shareTag: "tag:ci" }),
    [/policy\.shareTag: Expected true/],
  ],
  ["an unknown owner of a tag", withSetting("tagOwners", ["alice"]), [/tagOwners\[0\]: "alice" cannot own a tag/]],
  ["an owner of two parts", withSetting("tagOwners", ["group:a:b"]), [/tagOwners\[0\]: "group:a:b" cannot own a tag/]],
  ["an owner with a port", withSetting("tagOwners", ["a@example.com:80"]), [/tagOwners\[0\]: .*cannot own a tag/]],
  [
    "an owner that ends the comment",
    withSetting("policy", { owner: "x */ y" }),
    [/policy\.owner: .*cannot stand in a mark/],
  ],
  [
    "a model outside the grant",
    {
      ...withSetting("models", ["anthropic/claude-haiku-*"]),
      [`${at}workflow`]: { model: "anthropic/claude-opus-4-6" },
    },
    [/workflow\.model: The grant does not allow "anthropic\/claude-opus-4-6"/],
  ],
  [
    "no model for a narrow grant",
    withSetting("models", ["anthropic/claude-haiku-*"]),
    [/workflow\.model: It is missing: the grant/],
  ],
  [
    "different models under one tag",
    repositories("app", { name: "api", models: ["anthropic/claude-haiku-4-5"] }),
    [/repositories\[1\]\.models: acme\/api and acme\/app share tag:ci.*tag:ci-api/],
  ],
  [
    "an outsider's text in a prompt",
    withSetting("workflow", { prompt: "Review ${{ github.event.pull_request.title }}" }),
    [/workflow\.prompt: "\$\{\{ github\.event\.pull_request\.title \}\}" is text that an outsider controls/],
  ],
  [
    "an outsider's text in a runner label",
    withSetting("workflow", { runsOn: "${{ github.head_ref }}" }),
    [/workflow\.runsOn: .*outsider/],
  ],
  [
    "a secret in a prompt",
    withSetting("workflow", { prompt: "Use ${{ secrets.NPM_TOKEN }}" }),
    [/workflow\.prompt: "\$\{\{ secrets\.NPM_TOKEN \}\}" would put a secret into the text/],
  ],
  [
    "all secrets in a prompt",
    withSetting("workflow", { prompt: "${{toJSON( Secrets )}}" }),
    [/workflow\.prompt: .*would put a secret/],
  ],
  [
    "the job's token in a prompt",
    repositories({ name: "app", workflow: { prompt: "${{ github['TOKEN'] }}" } }),
    [/repositories\[0\]\.workflow\.prompt: .*would put a secret/],
  ],
  [
    "a secret in a runner label",
    withSetting("workflow", { runsOn: "${{ secrets.RUNNER }}" }),
    [/workflow\.runsOn: .*would put a secret/],
  ],
  [
    "an expression that is never closed",
    withSetting("workflow", { prompt: "a ${{ b" }),
    [/workflow\.prompt: .*never closed/],
  ],
  [
    "GitHub's token in clear",
    { ...ok, "github:token": "x" },
    [/^github:token: It stands in clear in Pulumi\.\w+\.yaml\. .*pulumi config rm github:token\. .*GITHUB_TOKEN/],
  ],
  [
    "the App's key in clear",
    { ...ok, "github:appAuth": { id: "1", installationId: "2", pemFile: "x" } },
    [/^github:appAuth: It stands in clear.*pulumi config rm github:appAuth.*GITHUB_APP_PEM_FILE/],
  ],
  [
    "the App's ids in the stack",
    { ...ok, "github:appAuth": { id: "1", installationId: "2" } },
    [
      /^github:appAuth: .*environment only.*GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID, GITHUB_APP_PEM_FILE, and run: pulumi config rm github:appAuth/,
    ],
  ],
  [
    "another GitHub in the stack than in the environment",
    { ...ok, "github:baseUrl": "https://github.example.com/" },
    [/^github:baseUrl: "https:\/\/github\.example\.com\/" is not the address in GITHUB_BASE_URL, which is /],
  ],
  [
    "Tailscale's key in the stack",
    { ...ok, "tailscale:apiKey": "x" },
    [/tailscale:apiKey: .*TAILSCALE_API_KEY.*pulumi config rm tailscale:apiKey/],
  ],
  ["Tailscale's tailnet in the stack", { ...ok, "tailscale:tailnet": "acme.example" }, [/TAILSCALE_TAILNET/]],
  [
    "an unknown way of delivery",
    withSetting("delivery", { kind: "email" }),
    [
      /delivery\.kind: Expected \{ kind: commit \}, \{ kind: pull-request \}, \{ kind: central \} or \{ kind: output \}/,
    ],
  ],
  [
    "a title of two lines",
    withSetting("delivery", { kind: "pull-request", title: "a\nb" }),
    [/delivery\.title: "a\\nb" is not a title: one line/],
  ],
  [
    "an empty text of a pull request",
    withSetting("delivery", { kind: "pull-request", body: " " }),
    [/delivery\.body: The text is empty/],
  ],
  [
    "a secret in the text of a pull request",
    withSetting("delivery", { kind: "pull-request", body: "${{ secrets.X }}" }),
    [/delivery\.body: .*would put a secret/],
  ],
  [
    "labels that are none",
    withSetting("delivery", { kind: "pull-request", labels: ["a,b", "x".repeat(51), ""] }),
    [
      /labels\[0\]: "a,b" is not a label: .*without a comma/,
      /labels\[1\]: .*at most 50 characters/,
      /labels\[2\]: .*not a label/,
    ],
  ],
  [
    "labels in one text",
    withSetting("delivery", { kind: "pull-request", labels: "ci" }),
    [/delivery\.labels: Expected a list of labels/],
  ],
  [
    "a draft that merges itself",
    withSetting("delivery", { kind: "pull-request", draft: true, autoMerge: true }),
    [/delivery\.autoMerge: A draft is never merged automatically/],
  ],
  [
    "a pull request's key where nothing is one",
    withSetting("delivery", { kind: "central", labels: ["ci"] }),
    [/delivery\.labels: Nothing goes by pull request.*Set by or callersBy to pull-request/],
  ],
  [
    "a key of central in a commit",
    withSetting("delivery", { kind: "commit", branch: "main" }),
    [/delivery: There is no key "branch"\. Known keys: kind, message/],
  ],
  [
    "a central repository of another owner",
    {
      ...repositories("app", "api"),
      [`${at}delivery`]: { kind: "central", repository: "other/workflows" },
    },
    [/:delivery\.repository: "other\/workflows" belongs to another owner/],
  ],
  [
    "a central repository that is none",
    repositories({ name: "app", delivery: { kind: "central", repository: "https://github.com/acme/x" } }),
    [/repositories\[0\]\.delivery\.repository: .*Did you mean acme\/x\?/],
  ],
  [
    "a central branch of which a rule would make any",
    withSetting("delivery", { kind: "central", branch: "release/*" }),
    [/delivery\.branch: "release\/\*" is not a branch that workflows can be called from/],
  ],
  [
    "another word for how a central file arrives",
    withSetting("delivery", { kind: "central", by: "pr" }),
    [/delivery\.by: Expected commit or pull-request/],
  ],
  [
    "one central branch in two ways",
    {
      ...repositories("app", { name: "api", delivery: { kind: "central", by: "pull-request", title: "x" } }, "web"),
      [`${at}delivery`]: { kind: "central", repository: "acme/.github" },
    },
    [/repositories\[1\]\.delivery: acme\/api and acme\/app share the central branch of acme\/\.github.*: by, title\./],
  ],
  [
    "an organization's identity without a central file",
    { ...repositories("app", "api"), [`${at}identity`]: { kind: "federated", scope: "organization" } },
    [/:identity\.scope: An identity of the scope organization .*delivery: \{ kind: commit \} has none/],
  ],
  [
    "an organization's identity where one repository has a file of its own",
    {
      ...repositories("app", { name: "api", delivery: { kind: "output" } }),
      [`${at}identity`]: { kind: "federated", scope: "organization" },
      [`${at}delivery`]: { kind: "central" },
    },
    [/repositories\[1\]\.delivery: .*\{ kind: output \} has none/],
  ],
  [
    "an organization's identity of one repository without a central file",
    repositories({ name: "app", identity: { kind: "federated", scope: "organization" } }),
    [/repositories\[0\]\.identity\.scope: .*has none/],
  ],
  [
    "an organization's OAuth client",
    {
      ...withSetting("identity", { kind: "oauth", scope: "organization" }),
      [`${at}delivery`]: { kind: "central" },
    },
    [/identity\.scope: An OAuth client cannot serve an organization: its secret/],
  ],
  [
    "an unknown scope",
    withSetting("identity", { kind: "federated", scope: "fleet" }),
    [/identity\.scope: Expected repository or organization/],
  ],
  [
    "an unknown word for onUnavailable",
    withSetting("onUnavailable", "ignore"),
    [/onUnavailable: Expected fail or skip/],
  ],
  [
    "many at once",
    { ...repositories("a b", "other/x"), [`${at}tag`]: "ci", [`${at}models`]: ["x"] },
    [/repositories\[0\]/, /tag:/, /models\[0\]/],
  ],
];
