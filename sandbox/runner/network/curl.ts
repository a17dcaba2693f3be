/**
 * `curl` of a job, in front of the machine's own: sends it through the job's way out, whatever exceptions the job makes for
 * Aperture, and where that leads nowhere ends as curl does on a runner without a proxy. Nobody waits for a timeout to pass.
 *
 *     node curl.ts EGRESS OWN_FOLDER ARGUMENTS...
 */
import { spawn } from "node:child_process";
import { request } from "node:http";
import { delimiter } from "node:path";
import { findOnPath } from "../../engine/process.ts";
import type { Verdict } from "./egress.ts";
import { reachPath } from "./paths.ts";

const [egress = "", ownFolder = "", ...args] = process.argv.slice(2);

/** As curl says it; https://curl.se/libcurl/c/libcurl-errors.html */
const ends: Record<Exclude<Verdict, "reached">, (host: string, port: number) => [exitCode: number, message: string]> = {
  "no name": (host) => [6, `Could not resolve host: ${host}`],
  refused: (host, port) => [7, `Failed to connect to ${host} port ${port} after 1 ms: Couldn't connect to server`],
  timeout: (host, port) => [28, `Failed to connect to ${host} port ${port} after 5001 ms: Timeout was reached`],
};

const target = args.find((one) => /^https?:\/\//.test(one));
const url = target === undefined || !URL.canParse(target) ? undefined : new URL(target);
const port = Number(url?.port || (url?.protocol === "https:" ? 443 : 80));
const verdict = url ? await ask(url.hostname, port) : "reached";
if (verdict === "reached") await runCurl();
else {
  const [exitCode, message] = ends[verdict](url?.hostname ?? "", port);
  if (!isSilent()) process.stderr.write(`curl: (${exitCode}) ${message}\n`);
  process.stdout.write(writeOut());
  process.exitCode = exitCode;
}

function ask(host: string, at: number): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    request(`${egress}${reachPath}?${new URLSearchParams({ host, port: String(at) })}`, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve(text as Verdict));
    })
      .once("error", reject)
      .end();
  });
}

async function runCurl(): Promise<void> {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ownFolder);
  const [curl] = await findOnPath("curl", folders.join(delimiter));
  if (!curl) {
    process.stderr.write("curl: not found\n");
    process.exit(127);
  }
  const proxies = { http_proxy: egress, https_proxy: egress, NO_PROXY: "", no_proxy: "" };
  const child = spawn(curl, args, { stdio: "inherit", env: { ...process.env, ...proxies } });
  child.once("close", (code) => {
    process.exitCode = code ?? 1;
  });
}

/** `-s` without `-S`. */
function isSilent(): boolean {
  const short = args.filter((one) => /^-[a-zA-Z]+$/.test(one)).join("");
  const [s, S] = [
    short.includes("s") || args.includes("--silent"),
    short.includes("S") || args.includes("--show-error"),
  ];
  return s && !S;
}

/** What `-w` prints of a request that never began. */
function writeOut(): string {
  const at = args.findIndex((one) => one === "-w" || one === "--write-out");
  return (at === -1 ? "" : (args[at + 1] ?? ""))
    .replaceAll("\\n", "\n")
    .replace(/%\{(\w+)\}/g, (_, name: string) =>
      name.startsWith("time_") ? "0.000000" : /code$/.test(name) ? "000" : "",
    );
}
