/** Executables that stand for `go`, `pulumi` and its installer, so that no test needs a network or a real build. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "engine-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function write(file: string, text: string, mode = 0o644): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** An executable whose body is JavaScript; `args` is its command line. */
export function executable(file: string, body: string): string {
  return write(
    file,
    `#!${process.execPath}\nconst fs = require("node:fs"), args = process.argv.slice(2);\n${body}\n`,
    0o755,
  );
}

/**
 * A `go` that notes each call in `calls` and writes what it was told, with its environment, to the output of `-o`.
 * While the file `broken` exists it fails after half of its work.
 */
export function fakeGo(folder: string): { bin: string; calls(): string[][]; broken: string } {
  const [log, broken] = [join(folder, "go.log"), join(folder, "broken")];
  write(log, "");
  executable(
    join(folder, "go-bin", "go"),
    `const output = args[args.indexOf("-o") + 1];
     fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify(args) + "\\n");
     fs.writeFileSync(output, "half");
     if (fs.existsSync(${JSON.stringify(broken)})) { console.error("undefined: half"); process.exit(1); }
     fs.writeFileSync(output, JSON.stringify({ args, environment: process.env }));
     fs.chmodSync(output, 0o755);`,
  );
  return { bin: join(folder, "go-bin"), broken, calls: () => lines(log).map((line) => JSON.parse(line)) };
}

export function lines(file: string): string[] {
  return readFileSync(file, "utf8").split("\n").filter(Boolean);
}

export function path(...directories: string[]): string {
  return directories.join(delimiter);
}
