/** What can be used and will probably disappoint. The program logs it and goes on. */
import { formatMessage } from "../messages/entry.ts";
import { otherApi, unprotectedEnvironment } from "../messages/settings.ts";
import type { Problem } from "../problem.ts";
import { hasOtherApi } from "../workflow/names.ts";
import { path, show } from "./problem.ts";
import type { SettingsInput } from "./schema.ts";
import type { Settings } from "./settings.ts";
import { findTrustedCode } from "./trust.ts";

export function findWarnings(input: SettingsInput, settings: Settings): Problem[] {
  return [...findOtherApis(input), ...findUnprotectedEnvironments(settings), ...findTrustedCode(settings)];
}

/** Each pattern where it is written, not once more for every repository that inherits it. */
function findOtherApis({ models = [], workflow, repositories }: SettingsInput): Problem[] {
  const written = (at: PropertyKey[], patterns: string[], model: string | undefined) => [
    ...patterns.map((pattern, index) => ({ at: [...at, "models", index], pattern })),
    ...(model === undefined ? [] : [{ at: [...at, "workflow", "model"], pattern: model }]),
  ];
  return [
    ...written([], models, workflow?.model),
    ...repositories.flatMap((one, index) =>
      typeof one === "string" ? [] : written(["repositories", index], one.models ?? [], one.workflow?.model),
    ),
  ]
    .filter(({ pattern }) => hasOtherApi(pattern))
    .map(({ at, pattern }) => ({ path: path(at), message: formatMessage(otherApi, { model: show(pattern) }) }));
}

/** Once for each environment: five hundred repositories may inherit it. */
function findUnprotectedEnvironments({ repositories }: Settings): Problem[] {
  const first = new Map<string, Problem>();
  repositories.forEach(({ identity, workflow: { environment } }, index) => {
    if (identity.kind !== "oauth" || environment === undefined || first.has(environment)) return;
    const message = formatMessage(unprotectedEnvironment, { environment: show(environment).slice(1, -1) });
    first.set(environment, { path: path(["repositories", index, "workflow", "environment"]), message });
  });
  return [...first.values()];
}
