/** Whether an engine that was kept is still whole. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { formatMessage } from "../../core/messages/entry.ts";
import { damagedEngine } from "../../core/messages/sandbox.ts";
import { childEnvironment } from "./environment.ts";
import { versions } from "./pinned.ts";
import { run, tail } from "./process.ts";

/**
 * The `PULUMI_HOME` in `cache` as it was given, when every part is there and the engine starts. A damaged one would show
 * as an obscure error in the middle of a run.
 *
 * @throws Error that names the folder and what to delete.
 */
export async function requireWhole(home: string | undefined, cache: string): Promise<string | undefined> {
  if (home === undefined) return undefined;
  const reason = (await missingPart(home)) ?? (await startFailure(home));
  if (reason !== undefined) throw new Error(formatMessage(damagedEngine, { reason, home, cache }));
  return home;
}

async function missingPart(home: string): Promise<string | undefined> {
  const parts = [
    ...["pulumi", "pulumi-language-nodejs"].map((name) => join("versions", versions.pulumi, "bin", name)),
    ...versions.providers.map(({ name, version }) =>
      join("plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`),
    ),
  ];
  const suffixes = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  for (const part of parts) {
    const sizes = await Promise.all(suffixes.map((suffix) => sizeOf(join(home, part + suffix))));
    if (sizes.every((size) => size === 0)) return `${part} is missing or empty`;
  }
  return undefined;
}

function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function startFailure(home: string): Promise<string | undefined> {
  const pulumi = join(home, "versions", versions.pulumi, "bin", "pulumi");
  const environment = childEnvironment({ PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" });
  const { exitCode, output } = await run(pulumi, ["version"], { environment, limits: { totalMs: 60_000 } });
  return exitCode === 0 ? undefined : `pulumi does not start: ${tail(output, 1) || "killed"}`;
}
