/** No process of the tailnet sends anything to an address outside this machine. */
import { basename, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { programInCache } from "../../sandbox/programs.ts";
import { program } from "../../sandbox/tailnet/program.ts";
import { addressesIn, isHere, traceScript } from "./loopback-trace.ts";

// A build downloads.
beforeAll(() => programInCache(program));

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
  const { stdout, programs, addresses } = await traceScript(join(import.meta.dirname, "tailnet-scene.ts"));
  expect(stdout).toBe("200 echo\n200 echo\n");
  expect(programs).toEqual(new Set([basename(process.execPath), "tailnet", "tailscaled", "tailscale"]));
  expect(addresses).toContain("127.0.0.1");
  expect(addresses.filter((address) => !isHere(address))).toEqual([]);
});
