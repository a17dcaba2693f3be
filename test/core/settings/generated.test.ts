import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { describeCredential } from "../../../core/claim/credential-name.ts";
import { groupByCentralFile, pickDecidingSettings } from "../../../core/delivery/central-files.ts";
import { insert, plan, remove } from "../../../core/policy/edit.ts";
import type { Fragment } from "../../../core/policy/fragment.ts";
import { check } from "../../../core/policy/rules.ts";
import { scopeOf } from "../../../core/settings/delivery-rules.ts";
import { SettingsError } from "../../../core/settings/problem.ts";
import { type ParsedSettings, parseSettings, type Settings } from "../../../core/settings/settings.ts";
import { renderWorkflowFile } from "../../../core/workflow/file.ts";
import { federatedSubject } from "../../../core/workflow/oidc.ts";
import { claudeWorkflow, listPermissions } from "../../../core/workflow/presets.ts";
import { readHeaderOwner, render } from "../../../core/workflow/render.ts";
import { anyConfig, anyName } from "./generated.ts";
import { engineConfig } from "./mistakes.ts";

const policy = '{\n\t"tagOwners": {"tag:aperture": []},\n\t"grants": [],\n}\n';

/** What the program makes of settings, without any service. */
function use({ repositories, policy: { owner, test }, aperture, tagOwners, common }: Settings): string[] {
  const fragment: Fragment = Object.fromEntries(
    repositories.map(({ tag, models }) => [
      tag,
      { owners: tagOwners, destinations: [aperture.device ?? "tag:aperture"], ports: ["tcp:80"], models, test },
    ]),
  );
  expect(check(fragment)).toEqual([]);
  const inserted = insert(policy, fragment, owner);
  expect(plan(inserted, fragment, owner).map(({ state }) => state)).not.toContain("missing");
  expect(remove(inserted, fragment, owner)).toBe(policy);

  const callers = repositories.flatMap(({ slug, delivery, ...settings }) =>
    delivery.kind === "central"
      ? [
          {
            slug,
            repository: settings,
            settings: pickDecidingSettings(settings),
            place: { repository: delivery.repository, branch: delivery.branch ?? "main" },
          },
        ]
      : [],
  );
  for (const { file, callers: members } of groupByCentralFile(owner, pickDecidingSettings(common), callers)) {
    const texts = members.map(({ repository: { tag, identity, workflow } }) => {
      const { kind } = identity;
      const permissions = listPermissions({ presets: workflow.presets, identity: kind });
      const { presets, path } = workflow;
      const call = { owner, path, presets, identity: kind, scope: scopeOf(identity), central: file, permissions };
      renderWorkflowFile({ role: "caller", ...call });
      const jobs = { ...workflow, identity: kind, hostname: aperture.hostname, tag, owner, path: file.path };
      return renderWorkflowFile({ role: "central", ...jobs });
    });
    expect(new Set(texts).size).toBe(1);
  }

  return repositories.map(({ slug, tag, identity, workflow }) => {
    const text = render(
      claudeWorkflow({ ...workflow, identity: identity.kind, hostname: aperture.hostname, tag, owner }),
    );
    expect(readHeaderOwner(text)).toBe(owner);
    const { environment, presets, runsOn, path: workflowPath } = workflow;
    const oidc = { useDefault: true, subClaimPrefix: `repo:${slug}` };
    const known = { repository: slug, repositoryId: 1, ownerId: 2, presets, runsOn, workflowPath, oidc };
    for (const useDefault of [true, false]) {
      const { subject } = federatedSubject({ ...known, oidc: { useDefault }, ...(environment ? { environment } : {}) });
      expect(subject).not.toBe("");
    }
    const rotation = "rotation" in identity ? identity.rotation : undefined;
    expect(describeCredential({ repository: slug, owner, ...(rotation === undefined ? {} : { rotation }) })).toMatch(
      /^[\w-]{1,50}$/,
    );
    return text;
  });
}

/** Texts of zod itself, which name neither what is expected nor the fix. */
const notOurWords = /Invalid (input|option|key|element|string)|Too (small|big)|Unrecognized key|\[object/;

describe("for any stack configuration", () => {
  it("the settings can be used, or one error lists what is wrong with each path", () => {
    let used = 0;
    let refused = 0;
    fc.assert(
      fc.property(anyConfig, anyName, anyName, (config, project, stack) => {
        const source = { config: engineConfig(config), project, stack, environment: {} };
        const outcome = outcomeOf(() => parseSettings(source));
        if ("error" in outcome) {
          refused += 1;
          expect(outcome.error).toBeInstanceOf(SettingsError);
          const { problems, message } = outcome.error as SettingsError;
          expect(problems).not.toEqual([]);
          for (const problem of problems) {
            expect(problem.path).toMatch(/^(claude-aperture|github|tailscale|aperture):/);
            expect(problem.message).toMatch(/^[^\n]{10,1000}$/);
            expect(problem.message).not.toMatch(notOurWords);
          }
          expect(message.split("\n").length).toBeLessThan(50);
          return;
        }
        used += 1;
        use(outcome.value.settings);
      }),
      { numRuns: 900 },
    );
    // The one says nothing without the other.
    expect(Math.min(used, refused)).toBeGreaterThan(100);
  });

  it("a prompt stands in the workflow as it was written", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.constantFrom("", "\n", "\r\n", " \n\n  x", "#", "'\"", "%"),
        (one, other) => {
          const prompt = `${one}${other}${one}`;
          const config = engineConfig({
            "github:owner": "acme",
            "claude-aperture:repositories": ["app"],
            "claude-aperture:workflow": { prompt },
          });
          const outcome = outcomeOf(() => parseSettings({ config, project: "p", stack: "s", environment: {} }));
          if ("error" in outcome) return;
          const [text = ""] = use(outcome.value.settings);
          const job = parseYaml(text).jobs.review.steps.find(
            ({ with: given }: { with?: object }) => given && "prompt" in given,
          );
          expect(job.with.prompt.replaceAll("\r\n", "\n")).toContain(prompt.trim().replaceAll("\r\n", "\n"));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function outcomeOf(action: () => ParsedSettings): { value: ParsedSettings } | { error: unknown } {
  try {
    return { value: action() };
  } catch (error) {
    return { error };
  }
}
