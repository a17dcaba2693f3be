import { existsSync, globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url).pathname;

interface Rule {
  /** Folders whose files it may import, besides its own; a file by its path. */
  rooms: string[];
  /** Packages and modules of Node that it must not import. Without it, it may import any. */
  never?: (name: string) => boolean;
}

const isPulumi = (name: string) => name.startsWith("@pulumi/");

/** docs/architecture.md, "The data's way through the rooms". */
const rules: Record<string, Rule> = {
  core: { rooms: [], never: (name) => isPulumi(name) || (isBuiltin(name) && name !== "node:crypto") },
  services: { rooms: ["core"], never: isPulumi },
  components: { rooms: ["core", "services"] },
  provider: { rooms: ["core", "services", "package.json"] },
  stack: { rooms: ["core", "services", "components"] },
  commands: { rooms: ["core", "services"], never: isPulumi },
  sandbox: { rooms: ["core", "services"], never: isPulumi },
  scripts: { rooms: ["core"], never: isPulumi },
  bench: { rooms: ["core", "sandbox"] },
};

/** A step's script is a file of its own, and the workflow is text: someone has to read it. */
const allowed = ["core/workflow/script-text.ts imports node:fs"];

const program = ["index.ts", "main.mjs"];
const programRooms = ["core", "components", "stack"];

it.each(Object.entries(rules))("%s/ imports only what docs/architecture.md allows", (room, { rooms, never }) => {
  const files = globSync(`${room}/**/*.{ts,mts,mjs,cjs}`, { cwd: root });
  expect(files).not.toEqual([]);
  expect(files.flatMap((file) => violations(file, [room, ...rooms], never))).toEqual([]);
});

it("the program imports its settings, components and messages, and nothing of the sandbox", () => {
  expect(program.flatMap((file) => violations(file, [...program, ...programRooms]))).toEqual([]);
});

it("each exception to the rules is still needed", () => {
  const all = allowed.filter((exception) => {
    const [file = "", name] = exception.split(" imports ");
    return existsSync(`${root}/${file}`) && importsOf(file).some((imported) => imported === name);
  });
  expect(all).toEqual(allowed);
});

function violations(file: string, rooms: string[], never: (name: string) => boolean = () => false): string[] {
  return importsOf(file)
    .filter((name) => (name.startsWith(".") ? !isIn(rooms, posix.join(posix.dirname(file), name)) : never(name)))
    .map((name) => `${file} imports ${name}`)
    .filter((violation) => !allowed.includes(violation));
}

function isIn(rooms: string[], path: string): boolean {
  return rooms.some((room) => path === room || path.startsWith(`${room}/`));
}

/** Static, dynamic and type imports, `export ... from` and `require`. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(`${root}/${file}`, "utf8"), true, true);
  return importedFiles.map(({ fileName }) => fileName);
}
