/** `npm run sandbox -- do ...`: hands a command line to the running sandbox and prints what it says. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fetchThroughProxy } from "../../services/fetch.ts";
import { readAssignments, usualAssignments } from "../assignments.ts";
import { prefix } from "./command.ts";
import { renderHelp } from "./help.ts";
import { describeUsage, findCommand, readCommand, UsageError } from "./read.ts";

/** Something outside of the command line that keeps the command from being performed. */
class Failure extends Error {}

/** Exit codes: 0 done, 1 refused by the world, or no sandbox, 2 a command line that says nothing. */
export async function doByHand(given: readonly string[]): Promise<number> {
  try {
    const { args, assignments } = takeAssignments(given);
    const [first, ...rest] = args;
    if (first === undefined || first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
      console.log(renderHelp());
    } else if (first === "help") {
      console.log(describeUsage(findCommand(rest)));
    } else {
      const { files } = readCommand(args);
      console.log(await send(findSandbox(assignments), args, readFiles(files)));
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof Failure)) throw error;
    console.error(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** `--assignments FILE` may stand anywhere: it is the sandbox's option, not a command's. */
function takeAssignments(given: readonly string[]): { args: string[]; assignments?: string } {
  const at = given.findIndex((arg) => /^--assignments(=|$)/.test(arg));
  if (at < 0) return { args: [...given] };
  const [, inline] = given[at]?.split(/=(.*)/s) ?? [];
  const assignments = inline ?? given[at + 1];
  if (!assignments) throw new UsageError("--assignments needs a file.");
  return { args: given.toSpliced(at, inline === undefined ? 2 : 1), assignments };
}

interface Found {
  url: string;
  token: string;
  /** Who said so. */
  source: string;
}

/** By the file that is named, by this shell's environment, by the usual file. */
function findSandbox(assignments: string | undefined): Found {
  const path = assignments ?? usualAssignments;
  const shown = relative("", path);
  const inShell = assignments === undefined && process.env.SANDBOX_HAND_URL !== undefined;
  const environment = inShell ? process.env : readAssignments(path);
  const { SANDBOX_HAND_URL: url, SANDBOX_HAND_TOKEN: token } = environment ?? {};
  if (!url || !token) {
    throw new Failure(
      `No sandbox runs here: ${environment ? `${shown} does not name one` : `there is no ${shown}`}.\n` +
        "Start one in another shell, and wait until it says ready: npm run sandbox",
    );
  }
  return { url, token, source: inShell ? "this shell's environment" : shown };
}

function readFiles(paths: string[]): Record<string, string> {
  return Object.fromEntries(
    paths.map((path) => {
      try {
        // 0 is standard input.
        return [path, readFileSync(path === "-" ? 0 : path, "utf8")];
      } catch (error) {
        throw new Failure(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
      }
    }),
  );
}

/** Directly, also where Node itself is told to use the environment's proxy. */
const fetch = fetchThroughProxy(process.env);

async function send({ url, token, source }: Found, args: string[], files: Record<string, string>): Promise<string> {
  const answer = await fetch(`${url}/do`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ arguments: args, files }),
  }).catch(() => {
    throw new Failure(`The sandbox of ${source} has ended: nothing answers at ${url}.\n${again}`);
  });
  const text = await answer.text();
  if (answer.status === 403) throw new Failure(`The sandbox of ${source} is not the one at ${url} now.\n${again}`);
  const { said, message } = parse(text);
  if (answer.ok && said !== undefined) return said;
  if (answer.status === 400) throw new UsageError(message ?? text);
  throw new Failure(message ?? `The sandbox failed (${answer.status}); its own shell says why. ${prefix} ${args[0]}`);
}

const again =
  "Start it in another shell (npm run sandbox), then source its file again: set -a; source .sandbox/env; set +a";

function parse(text: string): { said?: string; message?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
