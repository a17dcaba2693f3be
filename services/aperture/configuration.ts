/** Aperture's own configuration, which it shows to its admins: `/aperture/openapi.json` has the contract. */
import { z } from "zod";
import type { ApertureConfiguration } from "../../core/checks/inside-facts.ts";
import { apertureCapability } from "../../core/policy/fragment.ts";
import { jsonValue, parse } from "../../core/policy/hujson.ts";

const answer = z.looseObject({ config: z.string() });
/** Fields that are not known here may come with any release. */
const configuration = z.looseObject({
  providers: z
    .record(
      z.string(),
      z.looseObject({
        baseurl: z.string().default(""),
        auth_mode: z.string().nullish(),
        models: z.array(z.unknown()).nullish(),
      }),
    )
    .default({}),
  grants: z
    .array(
      z.looseObject({
        src: z.array(z.string()).default([]),
        app: z
          .record(z.string(), z.array(z.looseObject({ role: z.unknown().optional(), models: z.unknown().optional() })))
          .default({}),
      }),
    )
    .nullish(),
});

/** Of the body of `GET /aperture/config`. @throws where it is another one. */
export function readConfiguration(body: string): ApertureConfiguration {
  const { config } = answer.parse(JSON.parse(body));
  const tree = parse(config);
  const { providers, grants } = configuration.parse(jsonValue(tree.text, tree.root));
  return {
    providers: Object.entries(providers).map(([key, { baseurl, auth_mode, models }]) => ({
      key,
      models: (models ?? []).flatMap(nameOf),
      baseUrl: baseurl,
      passesKeysOn: auth_mode === "passthrough",
    })),
    grants: (grants ?? []).map(({ src, app }) => {
      const entries = app[apertureCapability] ?? [];
      return {
        src,
        isAdmin: entries.some(({ role }) => role === "admin"),
        models: entries.flatMap(({ models }) => (typeof models === "string" ? [models] : [])),
      };
    }),
  };
}

/** A model is a name, or an object with one. */
export function nameOf(model: unknown): string[] {
  if (typeof model === "string") return [model];
  const { data } = z.looseObject({ id: z.string().optional(), name: z.string().optional() }).safeParse(model);
  return [data?.id ?? data?.name].filter((one) => one !== undefined);
}
