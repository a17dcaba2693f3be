/** Where runs leave something behind. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Project } from "../project.ts";
import type { World } from "../world.ts";

export interface Place {
  /** For people: `output of pulumi up (2)`, `home/logs/pulumi-....log`. */
  name: string;
  content: string | Uint8Array;
}

/**
 * What the runs of a project have printed, and everything below its folder: `Pulumi.*.yaml`, state with backups and history,
 * logs of the engine, temporary files. Names of files are a place as well.
 */
export function* placesOf(project: Project): Generator<Place> {
  for (const [index, { command, output }] of project.outputs.entries()) {
    yield { name: `output of pulumi ${command} (${index + 1})`, content: output };
  }
  const files = filesBelow(project.directory, project.linked);
  yield { name: "names of files", content: files.map((file) => relative(project.directory, file)).join("\n") };
  for (const file of files) {
    const content = readFileSync(file);
    const name = relative(project.directory, file);
    yield { name, content };
    if (content[0] === 0x1f && content[1] === 0x8b) yield { name: `${name} (unpacked)`, content: unpacked(content) };
  }
}

/** What the services show of themselves. */
export async function servedPlaces({ github, tailscale, aperture }: World): Promise<Place[]> {
  const services = Object.entries({ github, tailscale, aperture });
  const places = services.map(async ([service, { controlAnswers }]) =>
    Object.entries(await controlAnswers()).map(([path, content]) => ({ name: `${service} ${path}`, content })),
  );
  return (await Promise.all(places)).flat();
}

/** Every file; a link that is not among `linked` (absolute paths) is an error, since what it leads to would be left out. */
function filesBelow(directory: string, linked: readonly string[]): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path, linked);
    if (entry.isFile()) return [path];
    if (entry.isSymbolicLink() && !linked.includes(path)) throw new Error(`a link that nobody searches: ${path}`);
    // Sockets, pipes and devices keep nothing.
    return [];
  });
}

/** Also of an engine that was killed before it had written the end. */
function unpacked(content: Uint8Array): Uint8Array {
  return gunzipSync(content, { finishFlush: 2 });
}
