/** What stands behind `npm run verify --`. */
import { parseArgs } from "node:util";
import type { Format } from "./report.ts";

export interface Arguments {
  /** `prod`, `acme/prod` or `acme/project/prod`; absent: the one that is selected. */
  stack?: string;
  /** Follow a run to its end before anything is checked: the one that goes on, or that of a pull request which is opened for it. */
  follow?: "watch" | "open-pull-request";
  /** Check what the first `pulumi up` needs. */
  before: boolean;
  format: Format;
  /** Where Aperture is, for this machine: `http://ai`; absent: at its name, where this machine is in the tailnet. */
  aperture?: string;
  /** A file with what `pulumi stack export` prints, in place of the engine. */
  state?: string;
  /** As people write them: `app` or `acme/app`; empty: all of the stack. */
  repositories: string[];
}

/** They cannot be understood: what is wrong, for people. */
export class ArgumentError extends Error {}

export const usage = `npm run verify [-- OPTIONS [REPOSITORY...]]

Checks a stack against the live services with your own credentials; it changes nothing, but for --open-pull-request.

  --stack NAME   the stack (default: the selected one)
  --state FILE   what \`pulumi stack export\` printed, where there is no pulumi
  --aperture URL look at Aperture as well, from within the tailnet (default: where this machine is in it)
  --before       what the first \`pulumi up\` needs
  --watch        follow the run that goes on, or the next one, and judge it
  --open-pull-request
                 open a pull request in the repository, follow its run, judge it, close it again
  --short        one line for each repository
  --json         every check, for programs
  --markdown     for the summary of a job
  --help

Exit code: 0 in order, 1 something is broken, 2 it could not be checked.
`;

const options = {
  stack: { type: "string" },
  state: { type: "string" },
  aperture: { type: "string" },
  watch: { type: "boolean", default: false },
  "open-pull-request": { type: "boolean", default: false },
  before: { type: "boolean", default: false },
  short: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  markdown: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** @throws ArgumentError */
export function parseArguments(args: readonly string[]): Arguments | "help" {
  const { values, positionals } = parse(args);
  if (values.help) return "help";
  const formats = (["short", "json", "markdown"] as const).filter((name) => values[name]);
  if (formats.length > 1)
    throw new ArgumentError(`--${formats.join(" and --")} are two forms of one output. Choose one.`);
  const follows = (["watch", "open-pull-request"] as const).filter((name) => values[name]);
  if (follows.length > 1) throw new ArgumentError("--open-pull-request follows its run by itself: leave --watch out.");
  const [follow] = follows;
  if (follow && values.before)
    throw new ArgumentError(`--before looks at what is not set up yet, and --${follow} at a run. Choose one.`);
  return {
    ...(follow === undefined ? {} : { follow }),
    ...(values.stack === undefined ? {} : { stack: values.stack }),
    ...(values.state === undefined ? {} : { state: values.state }),
    ...(values.aperture === undefined ? {} : { aperture: readUrl(values.aperture) }),
    before: values.before,
    format: formats[0] ?? "table",
    repositories: positionals,
  };
}

/** Without a slash at its end. */
function readUrl(text: string): string {
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search || url.username || url.hash)
    throw new ArgumentError("--aperture wants a scheme and a host, such as http://ai, and nothing behind it.");
  return url.origin;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new ArgumentError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}
