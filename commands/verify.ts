/** `npm run verify`: whether a stack works, and which link of the chain is broken. */
import { verify } from "./verify/run.ts";

const { env, stdout, stderr } = process;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The second one ends the process at once. */
function onInterrupt(listener: () => void): () => void {
  for (const signal of signals) process.once(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

process.exitCode = await verify(process.argv.slice(2), {
  directory: process.cwd(),
  environment: env,
  stdout,
  stderr,
  onInterrupt,
});
