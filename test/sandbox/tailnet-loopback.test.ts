/** No process of the tailnet sends anything to an address outside this machine. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { programInCache } from "../../sandbox/programs.ts";
import { program } from "../../sandbox/tailnet/program.ts";

// A build downloads.
beforeAll(() => programInCache(program));

/** Nodes on one machine also try each other at the machine's own addresses. */
function isHere(address: string): boolean {
  const here = new BlockList();
  here.addSubnet("127.0.0.0", 8, "ipv4");
  here.addAddress("::1", "ipv6");
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((found) => found ?? []))
    here.addAddress(address, family === "IPv6" ? "ipv6" : "ipv4");
  return here.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** Where the processes of a trace have sent something, or opened a connection to. */
const addressesIn = (trace: string): Set<string> =>
  new Set(
    [...trace.matchAll(/inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g)].map(([, v4, v6]) => v4 ?? v6 ?? ""),
  );

const programsIn = (trace: string): Set<string> =>
  new Set([...trace.matchAll(/execve\("([^"]+)"/g)].map(([, path = ""]) => basename(path)));

test("what strace writes is understood", () => {
  const trace = [
    'connect(11, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("203.0.113.1")}, 16) = -1 EINPROGRESS',
    'sendto(9, "x"..., 1, 0, {sa_family=AF_INET6, sin6_port=htons(3478), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}, 28)',
    'connect(7, {sa_family=AF_UNIX, sun_path="/tmp/s"}, 10) = 0',
  ].join("\n");
  expect([...addressesIn(trace)]).toEqual(["203.0.113.1", "2001:db8::1"]);
  expect([...addressesIn(trace)].some(isHere)).toBe(false);
  expect(["127.0.0.1", "127.0.0.53", "::1"].every(isHere)).toBe(true);
});

test("a tailnet whose nodes come, ask Aperture and go stays on this machine (needs strace)", async () => {
  const folder = mkdtempSync(join(tmpdir(), "claude-aperture-trace-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "trace");
  const scene = join(import.meta.dirname, "tailnet-scene.ts");
  const calls = "--trace=execve,connect,sendto,sendmsg,sendmmsg";
  const { stdout } = await promisify(execFile)("strace", [
    ...["--follow-forks", "--seccomp-bpf", calls, "--string-limit=256", `--output=${file}`],
    ...[process.execPath, scene],
  ]);
  expect(stdout).toBe("200 echo\n200 echo\n");
  const trace = readFileSync(file, "utf8");
  expect(programsIn(trace)).toEqual(new Set([basename(process.execPath), "tailnet", "tailscaled", "tailscale"]));
  const addresses = [...addressesIn(trace)];
  expect(addresses).toContain("127.0.0.1");
  expect(addresses.filter((address) => !isHere(address))).toEqual([]);
});
