import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { z } from "zod";
import { buildJsonSchema, renderSettingsPage } from "../../../core/settings/reference.ts";
import { settingsSchema } from "../../../core/settings/schema.ts";

type JsonSchema = z.core.JSONSchema.JSONSchema;

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");

describe("the settings reference", () => {
  it("is current: run `npm run schema` after a change of core/settings/", () => {
    expect(JSON.parse(read("settings.schema.json"))).toEqual(buildJsonSchema());
    expect(read("docs/settings.md")).toBe(renderSettingsPage());
  });

  it("describes every key", () => {
    const undescribed: string[] = [];
    const visit = (schema: Record<string, unknown>, path: string) => {
      for (const [key, inner] of Object.entries((schema.properties ?? {}) as Record<string, Record<string, unknown>>)) {
        const at = `${path}.${key}`;
        if (path !== "" && at !== ".config" && !inner.description) undescribed.push(at);
        visit(inner, at);
      }
    };
    visit(buildJsonSchema() as Record<string, unknown>, "");
    expect(undescribed).toEqual([]);
  });

  it("has examples that the settings accept, at every depth", () => {
    let count = 0;
    const visit = (schema: JsonSchema, check: (value: unknown) => unknown, path: string) => {
      for (const example of schema.examples ?? []) {
        expect(() => check(example), `${path}: ${JSON.stringify(example)}`).not.toThrow();
        count += 1;
      }
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        visit(inner as JsonSchema, (value) => check({ [key]: value }), `${path}.${key}`);
      }
    };
    const config = buildJsonSchema().properties?.config as JsonSchema;
    for (const [key, schema] of Object.entries(config.properties ?? {})) {
      const name = key.split(":")[1] ?? "";
      visit(schema as JsonSchema, (value) => settingsSchema.parse({ repositories: ["app"], [name]: value }), name);
    }
    expect(count).toBeGreaterThan(15);
  });

  it("is named by the example stack, for editors", () => {
    expect(read("Pulumi.rehearsal.yaml").split("\n")[0]).toBe("# yaml-language-server: $schema=./settings.schema.json");
    const ours = Object.entries(parse(read("Pulumi.rehearsal.yaml")).config).filter(([key]) =>
      key.startsWith("claude-aperture:"),
    );
    expect(
      settingsSchema.safeParse(Object.fromEntries(ours.map(([key, value]) => [key.split(":")[1], value]))).success,
    ).toBe(true);
  });
});
