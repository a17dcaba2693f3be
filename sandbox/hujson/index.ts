/**
 * Tailscale's own HuJSON library as a child process: what the service does to a policy file (`format`), and the judge over
 * our parser (`parse`). Built from Go on first use, kept in the cache folder by a hash of its sources.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cacheDirectory, exists, makeOnce } from "../engine/cache.ts";
import { childEnvironment, downloadEnvironment } from "../engine/environment.ts";
import { findOnPath, run, tail } from "../engine/process.ts";

export interface Hujson {
  /** `hujson.Format` of a text. Rejects with the library's message when it refuses the text. */
  format(text: string): Promise<string>;
  /** The value of a text, or the library's message. */
  parse(text: string): Promise<{ ok: true; value: unknown } | { ok: false; error: string }>;
  close(): Promise<void>;
}

/** There is no Go to build the program with. */
export class GoMissing extends Error {}

/**
 * Starts the program; builds it first where the cache lacks it (some seconds).
 *
 * @throws GoMissing
 */
export async function startHujson(): Promise<Hujson> {
  const child = spawn(await built(), [], { stdio: ["pipe", "pipe", "inherit"], env: childEnvironment() });
  return new HujsonProcess(child);
}

const executable = process.platform === "win32" ? "hujson.exe" : "hujson";

async function built(): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([process.platform, process.arch]));
  const sources = (await readdir(import.meta.dirname)).filter((name) => /^go\.|\.go$/.test(name)).sort();
  for (const name of sources) hash.update(`\0${name}\0`).update(await readFile(join(import.meta.dirname, name)));
  const folder = join(cacheDirectory(), "hujson", hash.digest("hex").slice(0, 16));
  if (!(await exists(folder))) await makeOnce(folder, build);
  return join(folder, executable);
}

async function build(folder: string): Promise<void> {
  const [go] = await findOnPath("go", process.env.PATH ?? process.env.Path);
  if (!go) {
    throw new GoMissing(
      "hujson.Format is Tailscale's own Go library, and Go is not on PATH. Install Go 1.26 or newer: https://go.dev/doc/install",
    );
  }
  const outcome = await run(go, ["build", "-buildvcs=false", "-o", join(folder, executable), "."], {
    cwd: import.meta.dirname,
    environment: downloadEnvironment({ CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" }),
  });
  if (outcome.exitCode !== 0) throw new Error(`go build failed in sandbox/hujson:\n${tail(outcome.output)}`);
}

interface Answer {
  json?: string;
  text?: string;
  error?: string;
}

class HujsonProcess implements Hujson {
  readonly #child: ChildProcess;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (reason: Error) => void }[] = [];
  readonly #ended: Promise<void>;
  #failure: Error | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout) {
      createInterface({ input: child.stdout }).on("line", (line) => {
        this.#waiting.shift()?.resolve(JSON.parse(line) as Answer);
      });
    }
    child.stdin?.on("error", (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => {
        this.#fail(error);
        resolve();
      });
      child.once("close", (code) => {
        this.#fail(new Error(`the HuJSON program has ended (${code})`));
        resolve();
      });
    });
  }

  async format(text: string): Promise<string> {
    const answer = await this.#ask("format", text);
    if (answer.error !== undefined) throw new Error(answer.error);
    return Buffer.from(answer.text ?? "", "base64").toString();
  }

  async parse(text: string): ReturnType<Hujson["parse"]> {
    const answer = await this.#ask("parse", text);
    if (answer.error !== undefined) return { ok: false, error: answer.error };
    return { ok: true, value: JSON.parse(Buffer.from(answer.json ?? "", "base64").toString()) as unknown };
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  #ask(op: "parse" | "format", text: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiting.push({ resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ op, text: Buffer.from(text).toString("base64") })}\n`);
    });
  }

  #fail(reason: Error): void {
    this.#failure ??= reason;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
