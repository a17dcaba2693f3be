/** A program of its own, to be ended: a tailnet that a node has joined. */
import { setInterval } from "node:timers";
import { startStage } from "./tailnet-stage.ts";

const stage = await startStage();
await stage.join(stage.byKey());
console.log("joined");
setInterval(() => {}, 1000);
