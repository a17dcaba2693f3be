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
  ["repositories as a string", { [`${at}repositories`]: "app" }, [/repositories: Expected a list/]],
  ["a name that GitHub does not allow", repositories("my app"), [/repositories\[0\]: "my app" is not a repository/]],
  ["a name of dots", repositories(".."), [/repositories\[0\]: ".." is not a repository/]],
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
  ["a near-miss key deep inside", withSetting("workflow", { timeout: 5 }), [/workflow: There is no key "timeout"/]],
  ["a key that is like no other", withSetting("colour", "red"), [/colour: .*Known keys: repositories, aperture/]],
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
    "Tailscale's key in the stack",
    { ...ok, "tailscale:apiKey": "x" },
    [/tailscale:apiKey: .*TAILSCALE_API_KEY.*pulumi config rm tailscale:apiKey/],
  ],
  ["Tailscale's tailnet in the stack", { ...ok, "tailscale:tailnet": "acme.example" }, [/TAILSCALE_TAILNET/]],
  [
    "an unknown way of delivery",
    withSetting("delivery", { kind: "email" }),
    [/delivery\.kind: Expected \{ kind: commit \}/],
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
