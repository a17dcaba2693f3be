/** The repositories in the settings of the stack. */
import type { Site } from "./break.ts";

type Entry = { name: string } & Record<string, unknown>;

/** Puts the site's repository into the settings. */
export function addEntry({ project, slug, tag }: Site): void {
  project.configure((config) => {
    (config["claude-aperture:repositories"] as object[]).push({ name: nameOf(slug), tag });
  });
}

/** Changes the entry of the site's repository; undefined takes it out. */
export function changeEntry({ project, slug }: Site, change: object | undefined): void {
  const name = nameOf(slug);
  project.configure((config) => {
    const entries = config["claude-aperture:repositories"] as (string | Entry)[];
    config["claude-aperture:repositories"] = entries.flatMap((entry) => {
      if (typeof entry === "string" || entry.name !== name) return [entry];
      return change ? [{ ...entry, ...change }] : [];
    });
  });
}

export const nameOf = (slug: string): string => slug.slice(slug.indexOf("/") + 1);
