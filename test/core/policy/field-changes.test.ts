import { expect, it } from "vitest";
import { describeEdit } from "../../../core/policy/field-changes.ts";
import { entryValue, type SectionName, type TagAccess } from "../../../core/policy/fragment.ts";

const access: TagAccess = {
  owners: ["group:ops"],
  destinations: ["tag:aperture"],
  ports: ["tcp:80"],
  models: ["anthropic/claude-sonnet-4-6"],
  test: "accept",
};
const aperture = "tailscale.com/cap/aperture";

/** The wanted entry, as somebody or an earlier run left it. */
function edited(section: SectionName, change: Partial<TagAccess>, more: Record<string, unknown> = {}): string[] {
  const live = entryValue(section, "tag:ci", { ...access, ...change });
  return describeEdit(section, "tag:ci", Array.isArray(live) ? live : { ...(live as object), ...more }, access);
}

it.each<[string, string[], string[]]>([
  [
    "another model",
    edited("grants", { models: ["anthropic/**"] }),
    ['models: "anthropic/**" => "anthropic/claude-sonnet-4-6"'],
  ],
  ["a model more", edited("grants", { models: [...access.models, "a/b", "c/d"] }), ['models: - "a/b", "c/d"']],
  ["no model", edited("grants", { models: [] }), ['models: + "anthropic/claude-sonnet-4-6"']],
  [
    "all at once",
    edited("grants", { destinations: ["100.64.0.5"], ports: ["tcp:443"], capabilities: [{ quotas: [] }] }),
    ['destinations: "100.64.0.5" => "tag:aperture"', 'ports: "tcp:443" => "tcp:80"', 'capabilities: - {"quotas": []}'],
  ],
  ["another order", edited("grants", {}, { dst: ["tag:aperture", "tag:aperture"] }), []],
  ["a second source", edited("grants", {}, { src: ["group:eng", "tag:ci"] }), ['src: - "group:eng"']],
  ["a router", edited("grants", {}, { via: ["tag:router"] }), ['via: - ["tag:router"]']],
  [
    "another role",
    edited("grants", {}, { app: { [aperture]: [{ role: "admin" }, { models: access.models[0] }] } }),
    ['role: "admin" => "user"'],
  ],
  ["no role", edited("grants", {}, { app: { [aperture]: [{ models: access.models[0] }] } }), ['role: + "user"']],
  ["owners", edited("tagOwners", { owners: ["group:dev", "group:ops"] }), ['owners: - "group:dev"']],
  ["owners that are no list", describeEdit("tagOwners", "tag:ci", "x", access), ['owners: "x" => ["group:ops"]']],
  ["no capability", edited("grants", {}, { app: {} }), ['models: + "anthropic/claude-sonnet-4-6"', "app: - {}"]],
  [
    "a capability that is no list",
    edited("grants", { models: [] }, { app: { [aperture]: 1 } }),
    ['models: + "anthropic/claude-sonnet-4-6"', `app: - {"${aperture}": 1}`],
  ],
  ["a stricter test", edited("tests", { test: "strict" }), ['test.deny: - "tag:aperture:22"']],
  [
    "a test of another device",
    edited("tests", { destinations: ["tag:x"] }),
    ['test.accept: "tag:x:80" => "tag:aperture:80"'],
  ],
  ["a test of another protocol", edited("tests", {}, { proto: "udp" }), ['test.proto: "udp" => "tcp"']],
])("%s", (_, lines, want) => expect(lines).toEqual(want));
