/**
 * Tailscale's own HuJSON library as a child process: what the service does to a policy file (`format`), and the judge over
 * our parser (`parse`). Built from Go on first use, kept in the cache folder by a hash of its sources.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { childEnvironment } from "../engine/environment.ts";
import { type Program, programInCache } from "../programs.ts";

export interface Hujson {
  /** `hujson.Format` of a text. Rejects with the library's message when it refuses the text. */
  format(text: string): Promise<string>;
  /** The value of a text, or the library's message. */
  parse(text: string): Promise<{ ok: true; value: unknown } | { ok: false; error: string }>;
  close(): Promise<void>;
}

/**
 * Starts the program; builds it first where the cache lacks it (some seconds).
 *
 * @throws GoMissing
 */
export async function startHujson(): Promise<Hujson> {
  const { hujson = "" } = await programInCache(program);
  const child = spawn(hujson, [], { stdio: ["pipe", "pipe", "inherit"], env: childEnvironment() });
  return new HujsonProcess(child);
}

const program: Program = {
  name: "hujson",
  sources: import.meta.dirname,
  executables: [{ name: "hujson", build: ["."] }],
  usualSeconds: 5,
};

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
