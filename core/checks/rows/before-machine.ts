/** Before the first `pulumi up`: what is installed here. */
import { oldestNode } from "../../messages/node.mjs";
import { oldestEngine } from "../../messages/versions.ts";
import type { BeforeFacts } from "../before-facts.ts";
import type { StackCheck } from "../judge.ts";
import { broken, command, judgeFact, link, ok } from "../verdicts.ts";

type Row = StackCheck<BeforeFacts>;

const row = { category: "machine", phase: "before", scope: "stack", severity: "error" } as const;

const installEngine = link("https://www.pulumi.com/docs/install/", "Install or update Pulumi");
const ownNode = command('export PATH="$PWD/node_modules/.bin:$PATH"');

const nodeVersion: Row = {
  ...row,
  id: "node-version",
  title: "The Node.js on PATH runs TypeScript",
  reads: "`node --version`",
  cause: `the first \`node\` on \`PATH\` is older than ${oldestNode}, or there is none: \`pulumi\` runs the program on it`,
  fix: "put the one that `npm ci` brought first on `PATH`",
  judge: ({ machine }) =>
    judgeFact(machine.node, (version) => {
      if (version === undefined) return broken("There is no node on PATH.", ownNode);
      if (isOlder(version, oldestNode))
        return broken(`node on PATH is ${version}; pulumi needs ${oldestNode} or newer to run this program.`, ownNode);
      return ok(version);
    }),
};

const engineVersion: Row = {
  ...row,
  id: "engine-version",
  title: "Pulumi is on PATH and new enough",
  reads: "`pulumi version`",
  cause: `no \`pulumi\` on \`PATH\`, or one older than ${oldestEngine}`,
  fix: "install it: https://www.pulumi.com/docs/install/",
  judge: ({ machine }) =>
    judgeFact(machine.engine, (version) => {
      if (version === undefined) return broken("There is no pulumi on PATH.", installEngine);
      if (isOlder(version, oldestEngine))
        return broken(`pulumi on PATH is ${version}; this program needs ${oldestEngine} or newer.`, installEngine);
      return ok(version);
    }),
};

const providerPlugins: Row = {
  ...row,
  id: "provider-plugins",
  title: "The providers' plugins are here, or Pulumi downloads them",
  reads: "`pulumi plugin ls --json`",
  needs: ["engine-version"],
  cause: "`PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION` is set, and a plugin is not installed",
  fix: "`pulumi plugin install resource NAME VERSION`, from a mirror with `--server`",
  judge: ({ machine }) =>
    judgeFact(machine.plugins, (plugins) => {
      const missing = machine.wanted.filter(
        ({ name, version }) => !plugins.some((one) => one.name === name && one.version === version),
      );
      if (missing.length === 0) return ok();
      if (machine.downloadsPlugins) return ok(`the first preview downloads ${missing.map(nameOf).join(" and ")}`);
      return missing.map((plugin) =>
        broken(
          `The plugin ${nameOf(plugin)} is not installed, and PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION keeps Pulumi from downloading it.`,
          command(`pulumi plugin install resource ${plugin.name} v${plugin.version}`),
        ),
      );
    }),
};

/** terraform-provider-github 6.13: at the hundredth new file every permit of the client is taken by an answer that was an error. */
const githubProviderClient: Row = {
  ...row,
  id: "github-provider-client",
  title: "The GitHub provider uses the client that does not hang",
  reads: "`github:legacyClient`, `GITHUB_LEGACY_CLIENT`",
  cause: "with `legacyClient: false` the provider hangs at the hundredth new file of a run",
  fix: "take the setting out of the stack, and the variable out of the environment",
  judge: ({ stack, githubProvider: { legacyClient } }) =>
    /^(false|0|f)$/i.test(legacyClient ?? "")
      ? broken(
          "github:legacyClient (or GITHUB_LEGACY_CLIENT) is false: the GitHub provider hangs at the hundredth new file.",
          command(`pulumi config set github:legacyClient true --stack ${stack}`),
        )
      : ok(),
};

const githubProviderSpeed: Row = {
  ...row,
  id: "github-provider-speed",
  severity: "warning",
  title: "The GitHub provider sends several requests at once",
  reads: "`github:parallelRequests`",
  cause:
    "the stack's file turns off what `Pulumi.yaml` turns on: 100 repositories take seven minutes and not a quarter of one",
  fix: "`pulumi config set github:parallelRequests true`",
  judge: ({ stack, githubProvider: { parallelRequests } }) =>
    parallelRequests === "true"
      ? ok()
      : broken(
          "github:parallelRequests is not true: each request waits for the one before.",
          command(`pulumi config set github:parallelRequests true --stack ${stack}`),
        ),
};

export const beforeMachineChecks: readonly Row[] = [
  nodeVersion,
  engineVersion,
  providerPlugins,
  githubProviderClient,
  githubProviderSpeed,
];

const nameOf = ({ name, version }: { name: string; version: string }): string => `${name} ${version}`;

/** Compares the numbers of `24.21.0`; what comes behind a dash does not count. */
export function isOlder(version: string, oldest: string): boolean {
  const [has = [], wants = []] = [version, oldest].map((one) => (one.split(/[-+]/)[0] ?? "").split(".").map(Number));
  for (const [index, wanted] of wants.entries()) {
    const found = has[index] ?? 0;
    if (Number.isNaN(found)) return true;
    if (found !== wanted) return found < wanted;
  }
  return false;
}
