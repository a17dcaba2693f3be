/** The links of the chain, in the order in which people read them. */
import type { Category } from "./check.ts";

export const categories: readonly Category[] = [
  "machine",
  "credentials",
  "policy",
  "device",
  "repository",
  "credential",
  "secrets",
  "workflow",
  "redirects",
  "aperture",
  "runs",
];
