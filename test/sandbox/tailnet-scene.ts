/** A program of its own, for `strace`: a tailnet with each kind of process, and a request through it. */
import { ask, startStage } from "./tailnet-stage.ts";

const stage = await startStage();
for (const as of [stage.byClient(["tag:ci"], "tag:ci"), await stage.byIdentity()]) {
  const node = await stage.join(as);
  console.log(await ask(node, "/"));
  await node.cli("logout");
}
await stage.close();
