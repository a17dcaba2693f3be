/** No process of a workflow run sends anything to an address outside this machine. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { programInCache } from "../../../sandbox/programs.ts";
import { findAct } from "../../../sandbox/runner/job/program.ts";
import { program } from "../../../sandbox/tailnet/program.ts";
import { isHere, traceScript } from "../loopback-trace.ts";

// A build downloads.
beforeAll(async () => {
  await programInCache(program);
  await findAct();
});

/**
 * When it starts, act asks the kernel from which address it would send to 8.8.8.8, by connecting a datagram socket, for which
 * nothing is sent (its pkg/common/outbound_ip.go).
 */
const questionOfAct = /connect\(\d+, \{sa_family=AF_INET, sin_port=htons\(80\), sin_addr=inet_addr\("8\.8\.8\.8"\)\}/;

test("a review and a run that is led astray stay on this machine (needs strace)", async () => {
  const { stdout, programs, addresses } = await traceScript(join(import.meta.dirname, "scene.ts"), questionOfAct);
  expect(stdout).toBe("success 1\nfailure collector.example\n");
  for (const name of ["act", "git", "curl", "tailscaled", "tailscale", "bash"]) expect(programs).toContain(name);
  expect(addresses).toContain("127.0.0.1");
  expect(addresses.filter((address) => !isHere(address))).toEqual([]);
});
