/** No secret that was in play is anywhere that a run leaves something: searched when a stage ends. */
import { readFileSync } from "node:fs";
import type { Project } from "../project.ts";
import type { World } from "../world.ts";
import { type KnownSecret, KnownSecrets } from "./known-secrets.ts";
import { type Place, placesOf, servedPlaces } from "./places.ts";
import { compileSearch } from "./search.ts";

/**
 * A line per secret that is where it should not be: place, line, name of the secret, encoding. Empty: none.
 * `canaries` are further values that must be nowhere.
 */
export async function sweep(
  world: World,
  projects: readonly Project[],
  canaries: readonly KnownSecret[] = [],
): Promise<string[]> {
  const search = compileSearch(secretsInPlay(world, projects, canaries));
  const leaks: string[] = [];
  const look = ({ name, content }: Place) => {
    for (const { secret, encoding, line } of search(content)) leaks.push(`${name}:${line}: ${secret} (${encoding})`);
  };
  for (const project of projects) for (const place of placesOf(project)) look(place);
  for (const place of await servedPlaces(world)) look(place);
  return leaks;
}

/** A federated identity's two values stand in clear in state and at Tailscale; docs/security.md says why they may. */
const notSecret =
  /^repository secret (TS_OAUTH_CLIENT_ID|TS_AUDIENCE|TS_CENTRAL_CLIENT_ID(_[0-9A-F]{7})?|TS_CENTRAL_AUDIENCE_[0-9A-F]{7})$/;

/** Everything that services issued or accepted, and what the projects' environments hold; each value once. */
export function secretsInPlay(
  { github, tailscale, aperture }: World,
  projects: readonly Project[],
  canaries: readonly KnownSecret[] = [],
): KnownSecret[] {
  const known = new KnownSecrets();
  for (const { name, value } of [
    ...canaries,
    ...projects.flatMap(({ environment }) => environmentSecrets(environment)),
    ...tailscale.secrets(),
    ...aperture.secrets(),
    ...github.secrets().filter(({ name }) => !notSecret.test(name)),
  ]) {
    known.add(name, value);
  }
  return known.list();
}

/** Values of the variables that hold credentials, and of the files that `file:` values name. */
export function environmentSecrets(environment: Readonly<Record<string, string>>): KnownSecret[] {
  return Object.entries(environment)
    .filter(([name, value]) => value !== "" && /TOKEN|SECRET|_KEY|PASSPHRASE|PASSWORD|PEM_FILE/.test(name))
    .map(([name, value]) => ({
      name,
      value: value.startsWith("file:") ? readFileSync(value.slice(5), "utf8").trim() : value,
    }));
}
