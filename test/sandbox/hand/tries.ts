/** One try of each command of the hand: what is typed, what it prints, and what is so in the world afterwards. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hideKeys, readConfiguration } from "../../../sandbox/aperture/index.ts";
import { pushCommit, type RepositorySlug } from "../../../sandbox/github/index.ts";
import { deviceOf, keyOf } from "../../../sandbox/tailscale/index.ts";
import { readExamplePolicy } from "../../../sandbox/world.ts";
import { policy, type Stage } from "./stage.ts";

export interface Try {
  /** Of the command. */
  name: string;
  /** What is so before. */
  given?(stage: Stage): void;
  /** Behind the name. */
  args: string[] | ((stage: Stage) => string[]);
  input?: string;
  says: string | ((stage: Stage) => string);
  /** What was looked at in the world, and what it should be. */
  finds(stage: Stage): [unknown, unknown];
}

const app = ({ world }: Stage) => world.github.state.repository("acme/app");
const tailnet = ({ world }: Stage) => world.tailscale.state;
const workflow = ".github/workflows/claude.yml";

const fileOf = (stage: Stage, path: string, branch = "main") => {
  const { git } = app(stage);
  const tip = git.tip(branch);
  return tip && git.read(tip, path)?.toString();
};
const tipOf = (stage: Stage, branch = "main") => app(stage).git.tip(branch)?.sha.slice(0, 7);

/** A repository that is there for one try, which renames or deletes it. */
const add = (name: RepositorySlug) => (stage: Stage) => void stage.world.github.state.add(name);

const repositoryTries: Try[] = [
  {
    name: "archive",
    args: ["acme/app"],
    says: "acme/app is archived: it is read-only now.",
    finds: (stage) => [app(stage).archived, true],
  },
  {
    name: "unarchive",
    args: ["acme/app"],
    says: "acme/app is no longer archived.",
    finds: (stage) => [app(stage).archived, false],
  },
  {
    name: "rename",
    given: add("acme/old"),
    args: ["acme/old", "new"],
    says: ({ world }) => `acme/old is acme/new now; its id stays ${world.github.state.repository("acme/new").id}.`,
    finds: ({ world }) => [world.github.state.find("acme", "old")?.kind, "renamed"],
  },
  {
    name: "transfer",
    given: add("acme/gift"),
    args: ["acme/gift", "umbrella"],
    says: ({ world }) =>
      `acme/gift is umbrella/gift now; its id stays ${world.github.state.repository("umbrella/gift").id}.`,
    finds: ({ world }) => [world.github.state.find("acme", "gift")?.kind, "renamed"],
  },
  {
    name: "delete",
    given: add("acme/gone"),
    args: ["acme/gone"],
    says: "acme/gone is deleted.",
    finds: ({ world }) => [world.github.state.find("acme", "gone"), undefined],
  },
  {
    name: "protect",
    args: ["acme/app", "--reviews", "2", "--check", "build", "--enforce-admins"],
    says: 'Branch main of acme/app is protected, administrators too: a change needs 2 approving reviews and the check "build".',
    finds: (stage) => [
      app(stage).protection,
      { requiredReviews: 2, requiredStatusChecks: ["build"], enforceAdmins: true },
    ],
  },
  {
    name: "ruleset",
    args: ["acme/app", "closed", "--reviews", "0", "--organization"],
    says: (stage) =>
      `Branch main of acme/app takes changes by pull request only: its organization's ruleset ${app(stage).rulesets[0]?.id}, "closed".`,
    finds: (stage) => [
      app(stage).rulesets.map(({ name, source, rules }) => ({ name, source, rules })),
      [{ name: "closed", source: "Organization", rules: [{ type: "pull_request", requiredReviews: 0 }] }],
    ],
  },
  {
    name: "unprotect",
    args: ["acme/app"],
    says: "Branch main of acme/app takes commits again.",
    finds: (stage) => [
      [app(stage).protection, app(stage).rulesets],
      [undefined, []],
    ],
  },
  {
    name: "disable-workflow",
    given: (stage) => void pushCommit(app(stage), "main", { [workflow]: "on: pull_request\n" }),
    args: ["acme/app", "claude.yml"],
    says: `${workflow} of acme/app is disabled: its events start nothing.`,
    finds: (stage) => [
      app(stage).workflows.map(({ path, isDisabled }) => ({ path, isDisabled })),
      [{ path: workflow, isDisabled: true }],
    ],
  },
  {
    name: "enable-workflow",
    args: ["acme/app", workflow],
    says: `${workflow} of acme/app is enabled.`,
    finds: (stage) => [app(stage).workflows.map(({ isDisabled }) => isDisabled), [false]],
  },
  {
    name: "actions",
    args: ["acme/app", "local"],
    says: "acme/app: only actions of its owner are allowed.",
    finds: (stage) => [
      [app(stage).actions.enabled, app(stage).actions.allowedActions],
      [true, "local_only"],
    ],
  },
  {
    name: "actions",
    args: ["acme/app", "off"],
    says: "acme/app: Actions are off.",
    finds: (stage) => [app(stage).actions.enabled, false],
  },
  {
    name: "actions",
    args: ["acme/app", "on"],
    says: "acme/app: Actions are on, and all actions are allowed.",
    finds: (stage) => [
      [app(stage).actions.enabled, app(stage).actions.allowedActions],
      [true, "all"],
    ],
  },
  {
    name: "write-secret",
    args: ["acme/app", "ts_audience", "made-up-audience"],
    says: (stage) =>
      `Secret TS_AUDIENCE of acme/app is created, with the date ${app(stage).secrets.get("TS_AUDIENCE")?.updatedAt}.`,
    finds: ({ world }) => [world.github.secretValue("acme/app", "TS_AUDIENCE"), "made-up-audience"],
  },
  {
    name: "delete-secret",
    args: ["acme/app", "TS_AUDIENCE"],
    says: "Secret TS_AUDIENCE of acme/app is deleted.",
    finds: ({ world }) => [world.github.secretValue("acme/app", "TS_AUDIENCE"), undefined],
  },
];

const fileTries: Try[] = [
  {
    name: "edit",
    args: ["acme/app", ".claude/settings.json", '{"model": "opus"}'],
    says: (stage) => `Added .claude/settings.json on branch main of acme/app: commit ${tipOf(stage)}.`,
    finds: (stage) => [fileOf(stage, ".claude/settings.json"), '{"model": "opus"}\n'],
  },
  {
    name: "edit",
    args: ["acme/app", "README.md", "--from", "-", "--branch", "feature"],
    input: "From standard input,\nas it is",
    says: (stage) => `Added README.md on branch feature of acme/app: commit ${tipOf(stage, "feature")}.`,
    finds: (stage) => [fileOf(stage, "README.md", "feature"), "From standard input,\nas it is"],
  },
  {
    name: "edit",
    given: ({ directory }) => writeFileSync(join(directory, "local.md"), "# Local\n"),
    args: ({ directory }) => ["acme/app", "README.md", "--from", join(directory, "local.md")],
    says: (stage) => `Changed README.md on branch main of acme/app: commit ${tipOf(stage)}.`,
    finds: (stage) => [fileOf(stage, "README.md"), "# Local\n"],
  },
  {
    name: "delete-file",
    args: ["acme/app", ".claude/settings.json"],
    says: (stage) => `Deleted .claude/settings.json on branch main of acme/app: commit ${tipOf(stage)}.`,
    finds: (stage) => [fileOf(stage, ".claude/settings.json"), undefined],
  },
];

const pullsOf = (stage: Stage) => app(stage).pulls.map(({ number, state, merged }) => [number, state, merged]);
const headOf = (stage: Stage, at: number) => app(stage).pulls[at]?.headSha.slice(0, 7);

const conversationTries: Try[] = [
  {
    name: "pull-request",
    args: ["acme/app", "--title", "A try"],
    says: "somebody opened pull request 1 of acme/app, from branch feature of acme/app.",
    finds: (stage) => [app(stage).pulls.map(({ title, head }) => [title, head]), [["A try", "feature"]]],
  },
  {
    name: "pull-request",
    args: ["acme/app", "--author", "octocat", "--branch", "patch-1", "--fork"],
    says: "octocat opened pull request 2 of acme/app, from branch patch-1 of octocat's fork.",
    finds: (stage) => [app(stage).pulls[1]?.headRepositoryId === app(stage).id, false],
  },
  {
    name: "push",
    args: ["acme/app", "1", workflow, "on: push"],
    says: (stage) => `somebody pushed ${workflow} to pull request 1 of acme/app: commit ${headOf(stage, 0)}.`,
    finds: (stage) => [fileOf(stage, workflow, "feature"), "on: push\n"],
  },
  {
    name: "push",
    args: ["acme/app", "2"],
    says: (stage) => `octocat pushed octocat.md to pull request 2 of acme/app: commit ${headOf(stage, 1)}.`,
    finds: (stage) => [app(stage).git.branches.has("patch-1"), false],
  },
  {
    name: "comment",
    args: ["acme/app", "1", "@claude is this correct?", "--author", "octocat"],
    says: "octocat commented on 1 of acme/app.",
    finds: (stage) => [
      app(stage).pulls[0]?.comments.map(({ author, body }) => [author.login, body]),
      [["octocat", "@claude is this correct?"]],
    ],
  },
  {
    name: "collaborator",
    args: ["acme/app", "octocat", "write"],
    says: "octocat has the role write in acme/app now.",
    finds: (stage) => [app(stage).collaborators.get("octocat"), "write"],
  },
  {
    name: "merge",
    args: ["acme/app", "1", "--delete-branch"],
    says: (stage) => `Pull request 1 of acme/app is merged into main: commit ${tipOf(stage)}.`,
    finds: (stage) => [
      [fileOf(stage, workflow), fileOf(stage, workflow, "feature")],
      ["on: push\n", undefined],
    ],
  },
  {
    name: "close",
    args: ["acme/app", "2"],
    says: "Pull request 2 of acme/app is closed.",
    finds: (stage) => [
      pullsOf(stage),
      [
        [1, "closed", true],
        [2, "closed", false],
      ],
    ],
  },
];

const afterUp = (stage: Stage): void => {
  tailnet(stage).policy = policy;
};
const withoutTest = (stage: Stage): void => {
  tailnet(stage).policy = swap(policy, test, "");
};

const saved = "The console has saved the policy file.";
const mark = "\t\t// claude-aperture/dev: managed by Pulumi\n";
const grant = `${mark}\t\t{
			"src": ["tag:ci"],
			"dst": ["tag:aperture"],
			"ip":  ["tcp:80"],
			"app": {
				"tailscale.com/cap/aperture": [
					{"role": "user"},
					{"models": "anthropic/**"},
				],
			},
		},
`;
const test = `${mark}\t\t{"src": "tag:ci", "proto": "tcp", "accept": ["tag:aperture:80"]},\n`;
const owners = `${mark}\t\t"tag:ci": ["group:platform"],\n`;

/** Replaces what must be there once. */
function swap(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`not once in the policy: ${from}`);
  return text.replace(from, () => to);
}

/** The whole file as it should be: nothing but the entry that was meant has changed. */
const policyIs =
  (...swaps: [from: string, to: string][]): Try["finds"] =>
  (stage) => [tailnet(stage).policy, swaps.reduce((text, [from, to]) => swap(text, from, to), policy)];

/** A grant that is edited in its own lines. */
const grantWith = (from: string, to: string): Try["finds"] => policyIs([grant, swap(grant, from, to)]);

const capabilities = `[
					{"role": "user"},
					{"models": "anthropic/**"},
				]`;

const policyTries: Try[] = [
  {
    name: "console show",
    given: afterUp,
    args: [],
    says: policy.trimEnd(),
    finds: policyIs(),
  },
  {
    name: "console policy",
    args: ["sandbox/example-policy.hujson"],
    says: `Replaced the whole policy file. ${saved}`,
    finds: (stage) => [tailnet(stage).policy, readExamplePolicy()],
  },
  {
    name: "console remove-role",
    given: afterUp,
    args: ["tag:ci"],
    says: `The Aperture grant of tag:ci has no role now. ${saved}`,
    finds: grantWith('\t\t\t\t\t{"role": "user"},\n', ""),
  },
  {
    name: "console set-role",
    given: afterUp,
    args: ["tag:ci", "admin"],
    says: `The Aperture grant of tag:ci has the role admin now. ${saved}`,
    finds: grantWith(capabilities, '[{"role": "admin"}, {"models": "anthropic/**"}]'),
  },
  {
    name: "console remove-models",
    given: afterUp,
    args: ["tag:ci"],
    says: `The Aperture grant of tag:ci has no models now. ${saved}`,
    finds: grantWith('\t\t\t\t\t{"models": "anthropic/**"},\n', ""),
  },
  {
    name: "console set-models",
    given: afterUp,
    args: ["tag:ci", "anthropic/claude-haiku-*", "openai/**"],
    says: `The Aperture grant of tag:ci has the models anthropic/claude-haiku-*, openai/** now. ${saved}`,
    finds: grantWith(
      capabilities,
      '[{"role": "user"}, {"models": "anthropic/claude-haiku-*"}, {"models": "openai/**"}]',
    ),
  },
  {
    name: "console remove-port",
    given: withoutTest,
    args: ["tag:ci", "80"],
    says: `No grant of tag:ci has the port 80 now. ${saved}`,
    finds: policyIs([test, ""], [grant, swap(grant, '\t\t\t"ip":  ["tcp:80"],\n', "")]),
  },
  {
    name: "console set-destinations",
    given: withoutTest,
    args: ["tag:ci", "tag:web"],
    says: `The Aperture grant of tag:ci leads to tag:web now. ${saved}`,
    finds: policyIs([test, ""], [grant, swap(grant, '["tag:aperture"]', '["tag:web"]')]),
  },
  {
    name: "console add-destination",
    given: afterUp,
    args: ["tag:ci", "*"],
    says: `The Aperture grant of tag:ci leads to * too now. ${saved}`,
    finds: grantWith('["tag:aperture"]', '["tag:aperture", "*"]'),
  },
  {
    name: "console remove-test",
    given: afterUp,
    args: ["tag:ci"],
    says: `No test has tag:ci as its source now. ${saved}`,
    finds: policyIs([test, ""]),
  },
  {
    name: "console remove-grant",
    args: ["tag:ci"],
    says: `No grant has tag:ci as its only source now. ${saved}`,
    finds: policyIs([test, ""], [grant, ""]),
  },
  {
    name: "console remove-tag",
    args: ["tag:ci"],
    says: `tagOwners does not have tag:ci now. ${saved}`,
    finds: policyIs([test, ""], [grant, ""], [owners, ""]),
  },
  {
    name: "console set-owners",
    given: afterUp,
    args: ["tag:ci", "group:engineering", "tag:web"],
    says: `The owners of tag:ci are group:engineering, tag:web now. ${saved}`,
    finds: policyIs([owners, swap(owners, '["group:platform"]', '["group:engineering", "tag:web"]')]),
  },
  {
    name: "console manage-elsewhere",
    args: ["https://git.example.com/acme/policy"],
    says: "The policy file is marked as managed at https://git.example.com/acme/policy.",
    finds: (stage) => [
      [tailnet(stage).settings.aclsExternallyManagedOn, tailnet(stage).settings.aclsExternalLink],
      [true, "https://git.example.com/acme/policy"],
    ],
  },
  {
    name: "console manage-elsewhere",
    args: ["off"],
    says: "The policy file is managed in the console again.",
    finds: (stage) => [
      [tailnet(stage).settings.aclsExternallyManagedOn, tailnet(stage).settings.aclsExternalLink],
      [false, ""],
    ],
  },
];

const identityOf = (stage: Stage) => keyOf(tailnet(stage), stage.identity);
const lastKey = (stage: Stage) => [...tailnet(stage).keys.values()].at(-1);

const consoleTries: Try[] = [
  {
    name: "console credentials",
    args: [],
    says: ({ identity }) => `${identity}  tag:ci  repo:acme/app:pull_request  made by hand`,
    finds: (stage) => [tailnet(stage).keys.size, 1],
  },
  {
    name: "console edit-subject",
    args: ({ identity }) => [identity, "repo:acme/other:pull_request"],
    says: ({ identity }) => `${identity} accepts the subject repo:acme/other:pull_request now.`,
    finds: (stage) => [identityOf(stage), { ...identityOf(stage), subject: "repo:acme/other:pull_request" }],
  },
  {
    name: "console edit-tags",
    args: ({ identity }) => [identity, "tag:web"],
    says: ({ identity }) => `${identity} is for tag:web now.`,
    finds: (stage) => [identityOf(stage), { ...identityOf(stage), tags: ["tag:web"] }],
  },
  {
    name: "console edit-scopes",
    args: ({ identity }) => [identity, "auth_keys", "policy_file:read"],
    says: ({ identity }) => `${identity} has the scopes auth_keys, policy_file:read now.`,
    finds: (stage) => [identityOf(stage), { ...identityOf(stage), scopes: ["auth_keys", "policy_file:read"] }],
  },
  {
    name: "console remove-rules",
    args: ({ identity }) => [identity],
    says: ({ identity }) => `${identity} has no claim rules now.`,
    finds: (stage) => [identityOf(stage), { ...identityOf(stage), customClaimRules: {} }],
  },
  {
    name: "console delete-credential",
    args: ({ identity }) => [identity],
    says: ({ identity }) => `${identity} is deleted; nobody can join with it any more.`,
    finds: (stage) => [tailnet(stage).keys.size, 0],
  },
  {
    name: "console add-identity",
    args: ["repo:acme/app:*", "tag:ci"],
    says: (stage) => `${lastKey(stage)?.id} lets runners with the subject repo:acme/app:* join as tag:ci.`,
    finds: (stage) => [
      lastKey(stage),
      {
        ...lastKey(stage),
        keyType: "federated",
        issuer: stage.world.github.oidc.issuer,
        subject: "repo:acme/app:*",
        scopes: ["auth_keys"],
        tags: ["tag:ci"],
      },
    ],
  },
  {
    name: "console devices",
    args: [],
    says: "ai.acme.ts.net  tag:aperture  100.64.0.5  online",
    finds: (stage) => [tailnet(stage).devices.length, 1],
  },
  {
    name: "console magic-dns",
    args: ["off"],
    says: "MagicDNS is off now.",
    finds: (stage) => [tailnet(stage).magicDns, false],
  },
  {
    name: "console device offline",
    args: ["ai"],
    says: "ai.acme.ts.net is offline now.",
    finds: (stage) => [deviceOf(tailnet(stage), "ai").connectedToControl, false],
  },
  {
    name: "console device online",
    args: ["ai"],
    says: "ai.acme.ts.net is online now.",
    finds: (stage) => [deviceOf(tailnet(stage), "ai").connectedToControl, true],
  },
  {
    name: "console device untag",
    args: ["ai.acme.ts.net"],
    says: "ai.acme.ts.net has no tags now; it is owner@example.com's.",
    finds: (stage) => [deviceOf(tailnet(stage), "ai").tags, []],
  },
  {
    name: "console device tag",
    args: ["ai", "tag:web", "tag:aperture"],
    says: "ai.acme.ts.net has the tags tag:web, tag:aperture now.",
    finds: (stage) => [deviceOf(tailnet(stage), "ai").tags, ["tag:web", "tag:aperture"]],
  },
  {
    name: "console device rename",
    args: ["ai", "gateway"],
    says: "ai.acme.ts.net is gateway.acme.ts.net now.",
    finds: (stage) => [
      tailnet(stage).devices.map(({ name, hostname }) => [name, hostname]),
      [["gateway.acme.ts.net", "ai"]],
    ],
  },
];

const configurationIn = ({ world }: Stage) => {
  const reading = readConfiguration(world.aperture.state.configuration);
  if (reading.kind === "invalid") throw new Error(reading.problems.join());
  return reading.configuration;
};
const savedInAperture = "Aperture's configuration is saved.";

const apertureTries: Try[] = [
  {
    name: "aperture show",
    args: [],
    says: ({ world }) => hideKeys(world.aperture.state.configuration).trimEnd(),
    finds: (stage) => [Object.keys(configurationIn(stage).providers), ["anthropic"]],
  },
  {
    name: "aperture open-to-all",
    args: [],
    says: `Everybody is admin and may use every model. ${savedInAperture}`,
    finds: (stage) => [
      configurationIn(stage)
        .grants.map(({ src }) => src)
        .slice(-2),
      [["*"], ["*"]],
    ],
  },
  {
    name: "aperture pass-keys-on",
    args: [],
    says: `Callers' keys go to the providers. ${savedInAperture}`,
    finds: (stage) => [configurationIn(stage).providers.anthropic?.auth_mode, "passthrough"],
  },
  {
    name: "aperture end-address-in-v1",
    args: [],
    says: `The providers' address ends in /v1. ${savedInAperture}`,
    finds: (stage) => [configurationIn(stage).providers.anthropic?.baseurl, "https://api.anthropic.com/v1"],
  },
  {
    name: "aperture rename-provider",
    args: ["anthropic", "claude"],
    says: `anthropic is claude now. ${savedInAperture}`,
    finds: (stage) => [Object.keys(configurationIn(stage).providers), ["claude"]],
  },
  {
    name: "aperture configuration",
    args: ["-"],
    input: '{ "providers": {}, /* none */ "grants": [] }',
    says: `Replaced the whole configuration. ${savedInAperture}`,
    finds: ({ world }) => [world.aperture.state.configuration, '{ "providers": {}, /* none */ "grants": [] }'],
  },
];

/** In this order: what one leaves behind is what the next begins with. */
export const tries: Try[] = [
  ...repositoryTries,
  ...fileTries,
  ...conversationTries,
  ...policyTries,
  ...consoleTries,
  ...apertureTries,
];
