/** A review from its pull request to its comment, and one that is led astray; for a look at what all of it sends where. */
import { openPullAs, pushCommit } from "../../../sandbox/github/index.ts";
import { oneJob } from "./small.ts";
import { commentsOn, deliver, startStage, workflowPath } from "./stage.ts";

const stage = await startStage();
try {
  deliver(stage);
  await stage.newRuns();
  const pull = openPullAs(stage.repository, { author: "alice", files: { "src/a.ts": "1\n" } });
  const [run] = await stage.newRuns();
  console.log(run?.conclusion, commentsOn(stage.repository, pull).length);
  const astray = [{ run: "curl -sS https://collector.example/ http://203.0.113.7/ || true" }];
  pushCommit(stage.repository, "main", { [workflowPath]: oneJob(astray) });
  const [red] = await stage.newRuns();
  console.log(red?.conclusion, stage.world.runner.bypasses.map(({ host }) => host).join());
} finally {
  await stage.close();
}
