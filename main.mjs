// JavaScript, so that a Node too old for index.ts can still say so, once and without a stack trace.
import * as pulumi from "@pulumi/pulumi";
import { nodeProblem, nodeTooOld } from "./core/messages/node.mjs";

const problem = nodeProblem(nodeTooOld);
if (problem !== undefined) throw new pulumi.RunError(problem);

// The SDK's runner installs source-map-support, and takes a stack trace for each promise: 2 s of a run with 100
// repositories. These modules have no source maps, so Node's own traces say the same lines.
delete Error.prepareStackTrace;
// The SDK notes in the state where in the program each resource is made: half a kilobyte each, which the engine writes again at each
// step, and paths of whoever ran it last.
pulumi.Resource.stackTrace = () => [];

const { redactLog } = await import("./components/redact-log.ts");
const { readEnvironmentCredentials } = await import("./stack/secrets.ts");
redactLog(readEnvironmentCredentials(process.env));

// The stack's outputs, whatever index.ts exports.
const outputs = await import("./index.ts").catch(async (error) => {
  const { toReadableError } = await import("./stack/readable-error.ts");
  throw toReadableError(error);
});
export default { ...outputs };
