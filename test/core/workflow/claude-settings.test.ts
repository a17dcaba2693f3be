import { describe, expect, it } from "vitest";
import { findRedirects } from "../../../core/workflow/claude-settings.ts";

describe("what redirects Claude in a settings file", () => {
  it.each([
    ["a base URL", { env: { ANTHROPIC_BASE_URL: "https://example.com" } }, ["env.ANTHROPIC_BASE_URL"]],
    ["a provider's base URL", { env: { ANTHROPIC_BEDROCK_BASE_URL: "x" } }, ["env.ANTHROPIC_BEDROCK_BASE_URL"]],
    ["another provider", { env: { CLAUDE_CODE_USE_VERTEX: "1" } }, ["env.CLAUDE_CODE_USE_VERTEX"]],
    ["a proxy", { env: { https_proxy: "x", HTTP_PROXY: "x" } }, ["env.https_proxy", "env.HTTP_PROXY"]],
    ["a credential", { env: { ANTHROPIC_AUTH_TOKEN: "x" } }, ["env.ANTHROPIC_AUTH_TOKEN"]],
    ["a helper", { apiKeyHelper: "cat key" }, ["apiKeyHelper"]],
    ["what is harmless", { env: { MY_FLAG: "1" }, permissions: { allow: ["Read"] } }, []],
    ["no settings", ["a list"], []],
  ] as const)("%s", (_, settings, names) => expect(findRedirects(JSON.stringify(settings))).toEqual(names));

  it("is nothing in a text that is no JSON", () => expect(findRedirects("{ not JSON")).toEqual([]));
});
