/** A program of its own, for `strace`: a tailnet with each kind of process, and a request through it. */
import { ask, startStage } from "./tailnet-stage.ts";

const stage = await startStage();
for (const as of [stage.byClient(["tag:ci"], "tag:ci"), await stage.byIdentity()]) {
  const node = await stage.join(as);
  console.log(await ask(node, "/"));
  // With `--verbose` it looks for a page to log in to, as every node does where an answer of the relay is late.
  await node.cli("netcheck", "--verbose");
  await node.cli("logout");
}
await stage.close();
