/** Where a program and all that it starts send something, as strace sees it. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

export interface Trace {
  stdout: string;
  programs: Set<string>;
  addresses: string[];
}

/** Runs a script with Node below strace. Lines of the trace in which `except` is are passed over. */
export async function traceScript(script: string, except?: RegExp): Promise<Trace> {
  const folder = mkdtempSync(join(tmpdir(), "claude-aperture-trace-"));
  const file = join(folder, "trace");
  const calls = "--trace=execve,connect,sendto,sendmsg,sendmmsg";
  try {
    const { stdout } = await promisify(execFile)("strace", [
      ...["--follow-forks", "--seccomp-bpf", calls, "--string-limit=256", `--output=${file}`],
      ...[process.execPath, script],
    ]);
    const lines = readFileSync(file, "utf8").split("\n");
    const trace = lines.filter((line) => !except?.test(line)).join("\n");
    return { stdout, programs: programsIn(trace), addresses: [...addressesIn(trace)] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nodes on one machine also try each other at the machine's own addresses. */
export function isHere(address: string): boolean {
  const here = new BlockList();
  here.addSubnet("127.0.0.0", 8, "ipv4");
  here.addAddress("::1", "ipv6");
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((found) => found ?? []))
    here.addAddress(address, family === "IPv6" ? "ipv6" : "ipv4");
  return here.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** Where the processes of a trace have sent something, or opened a connection to. */
export const addressesIn = (trace: string): Set<string> =>
  new Set(
    [...trace.matchAll(/inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g)].map(([, v4, v6]) => v4 ?? v6 ?? ""),
  );

const programsIn = (trace: string): Set<string> =>
  new Set([...trace.matchAll(/execve\("([^"]+)"/g)].map(([, path = ""]) => basename(path)));
