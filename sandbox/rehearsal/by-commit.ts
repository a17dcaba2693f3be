/** The first acts: workflow files that are committed, from the first preview on; and the destroy that ends them. */
import type { Project } from "../project.ts";
import { type Act, quiet, replaceSettings, update, workflowPath } from "./act.ts";
import {
  countWrites,
  fileText,
  identityInSecrets,
  joins,
  joinsAs,
  listCredentials,
  listWrites,
  names,
  onlyAdded,
  secretNames,
} from "./evidence.ts";
import { explain, show, showDiff } from "./screen.ts";

const app = "acme/app";
const api = "acme/api";
const modelsSetting = "claude-aperture:models";

/** A job of a workflow that stands in a pull request, and nowhere else. */
const addedWorkflow = { event: "pull_request", workflowPath: ".github/workflows/mine.yml" };

/** The resources that a preview must name. */
const previewed = [
  "stack-claim",
  "tailnet-access-policy",
  ...["identity-federated", "secret-client-id", "secret-audience", "workflow"].map((child) => `acme-app-${child}`),
  ...["identity-oauth", "secret-client-id", "secret-secret", "workflow"].map((child) => `acme-api-${child}`),
];

/** The entries of the policy file that a preview must name. */
const previewedEntries = ["tag:ci", "tag:ci-api"].flatMap((tag) => [
  `+ tagOwners "${tag}": []`,
  `+ grants {"src": ["${tag}"], "dst": ["tag:aperture"], "ip": ["tcp:80"]`,
  `+ tests {"src": "${tag}"`,
]);

const before: Act = {
  title: "The tailnet before",
  explanation:
    "A company's policy file with its comments. It belongs to other people: we may add to it, and nothing else.",
  async perform({ policyBefore, world }) {
    show(policyBefore);
    return [
      ["the policy file has nothing of ours", !policyBefore.includes("managed by Pulumi")],
      ["there is no credential for runners", listCredentials(world).length === 0],
    ];
  },
};

const preview: Act = {
  title: "pulumi preview",
  explanation: "What would happen. Tailscale validates the whole resulting policy file; nothing is written.",
  async perform({ project, world }) {
    const { exitCode, output } = await project.pulumi("preview", ...quiet);
    return [
      ["the preview succeeds", exitCode === 0],
      ["it names each entry of the policy file", names(output, previewedEntries)],
      ["it names both identities, their secrets and the workflow files", names(output, previewed)],
      ["nothing was written", countWrites(world) === 0],
    ];
  },
};

const up: Act = {
  title: "pulumi up",
  explanation: "The same, for real: policy, then credentials, then secrets, then workflow files.",
  async perform({ project, world }) {
    const { exitCode } = await project.pulumi(...update);
    const { tailscale, github } = listWrites(world);
    return [
      ["the update succeeds", exitCode === 0],
      [
        "the policy was written once, before any credential",
        tailscale.findIndex((w) => w.endsWith("/acl")) === 0 &&
          tailscale.filter((w) => w.endsWith("/acl")).length === 1,
      ],
      [
        "each repository got what its workflow needs before the workflow file",
        workflowLast(github, app, ["TS_OAUTH_CLIENT_ID", "TS_AUDIENCE"]) &&
          workflowLast(github, api, ["TS_OAUTH_SECRET"]),
      ],
    ];
  },
};

/** Whether these secrets of the repository were written before the first workflow file of any. */
function workflowLast(writes: string[], repository: string, secrets: string[]): boolean {
  const file = writes.findIndex((write) => write.endsWith("createCommitOnBranch"));
  const own = writes.filter((write) => write.includes(`/${repository}/`));
  const before = writes.slice(0, file).filter((write) => write.includes(`/${repository}/`));
  return own.length === 2 && secrets.every((name) => before.some((write) => write.endsWith(`/${name}`)));
}

const result: Act = {
  title: "What is there now",
  explanation:
    "The policy file against the one before; a workflow file as committed; names of secrets; subjects of identities.",
  async perform({ world, policyBefore }) {
    const { policy } = world.tailscale.state;
    showDiff("tailnet policy file", policyBefore, policy);
    explain(`${app}: ${workflowPath}`);
    show(fileText(world, app, workflowPath) ?? "(none)");
    for (const repository of [app, api]) explain(`${repository}: secrets ${secretNames(world, repository).join(", ")}`);
    for (const key of listCredentials(world)) {
      explain(
        `${key.description}: ${key.keyType === "federated" ? `trusts ${key.subject}` : "OAuth client"}, ${key.tags.join(", ")}`,
      );
    }
    return [
      [
        "lines were added to the policy file, and none was changed",
        onlyAdded(policyBefore, policy) && policy !== policyBefore,
      ],
      [
        "acme/app has the secrets of a federated identity",
        secretNames(world, app).join() === "TS_AUDIENCE,TS_OAUTH_CLIENT_ID",
      ],
      [
        "acme/api has the secrets of an OAuth client",
        secretNames(world, api).join() === "TS_OAUTH_CLIENT_ID,TS_OAUTH_SECRET",
      ],
      ["a pull request of acme/app joins the tailnet as tag:ci", await joins(world, app, "tag:ci", app)],
      ["a pull request of another repository does not", !(await joins(world, api, "tag:ci", app))],
      [
        "a workflow that a pull request adds does, too: an environment or a central workflow prevents it",
        await joinsAs(world, { ...addedWorkflow, repository: app }, "tag:ci", identityInSecrets(world, app)),
      ],
      ["and not with another tag", !(await joins(world, app, "tag:web", app))],
      ["both workflow files are committed", [app, api].every((r) => fileText(world, r, workflowPath) !== undefined)],
    ];
  },
};

const again: Act = {
  title: "pulumi up, again",
  explanation: "Nothing has changed, so there is nothing to do.",
  async perform({ project, world }) {
    const count = countWrites(world);
    const { exitCode } = await project.pulumi(...update, "--expect-no-changes");
    return [
      ["the update succeeds and changes nothing", exitCode === 0],
      ["nothing was written", countWrites(world) === count],
    ];
  },
};

const narrower: Act = {
  title: "One model instead of all",
  explanation: "acme/app's grant shrinks from a provider to one model; its workflow asks for that model.",
  async perform({ project, world, policyBefore }) {
    project.configure((config) => {
      config[modelsSetting] = ["anthropic/claude-sonnet-4-6"];
    });
    const { output } = await project.pulumi("preview", "--diff", ...quiet);
    const { exitCode } = await project.pulumi(...update);
    const { policy } = world.tailscale.state;
    return [
      [
        "the preview shows the old model and the new",
        names(output, ['"anthropic/**" => "anthropic/claude-sonnet-4-6"']),
      ],
      ["of the policy it shows nothing else", !/\b(destinations|owners|ports)\b.*=>/.test(output)],
      ["the update succeeds", exitCode === 0],
      [
        "the grant has the one model",
        policy.includes('"anthropic/claude-sonnet-4-6"') && !policy.includes('"anthropic/**"'),
      ],
      ["no line of others was changed", onlyAdded(policyBefore, policy)],
    ];
  },
};

const mistakes: Act = {
  title: "Two mistakes",
  explanation:
    "A model without its provider; an owner that the tailnet does not have. Each preview fails, with the fix.",
  async perform({ project, world }) {
    const count = countWrites(world);
    const settings: Record<string, unknown>[] = [
      { [modelsSetting]: ["claude-sonnet-4-6"] },
      { "claude-aperture:tagOwners": ["group:nobody"] },
    ];
    const [badModel, badOwner] = [await previewWith(project, settings[0]), await previewWith(project, settings[1])];
    return [
      [
        "the first names the setting and the fix",
        badModel.exitCode !== 0 && names(badModel.output, [`${modelsSetting}[0]`, "provider/pattern"]),
      ],
      ["the second has Tailscale's own words", badOwner.exitCode !== 0 && badOwner.output.includes("group:nobody")],
      ["nothing was written", countWrites(world) === count],
    ];
  },
};

/** A preview with other settings, which are put back. */
async function previewWith(project: Project, settings: Record<string, unknown> = {}) {
  let saved: Record<string, unknown> = {};
  project.configure((config) => {
    saved = { ...config };
    Object.assign(config, settings);
  });
  const run = await project.pulumi("preview", ...quiet);
  replaceSettings(project, saved);
  return run;
}

export const destroy: Act = {
  title: "pulumi destroy",
  explanation: "Everything is taken away again, in the reverse order.",
  async perform({ project, world, policyBefore }) {
    const { exitCode } = await project.pulumi("destroy", "--yes", "--skip-preview", ...quiet);
    return [
      ["the destroy succeeds", exitCode === 0],
      ["the policy file is the one before, byte for byte", world.tailscale.state.policy === policyBefore],
      ["no secret is left in the repositories", [app, api].every((r) => secretNames(world, r).length === 0)],
      ["no workflow file is left", [app, api].every((r) => fileText(world, r, workflowPath) === undefined)],
      ["no credential is left", listCredentials(world).length === 0],
    ];
  },
};

export const actsByCommit: Act[] = [before, preview, up, result, again, narrower, mistakes];
