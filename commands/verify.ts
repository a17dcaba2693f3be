/** `npm run verify`: whether a stack works, and which link of the chain is broken. */
import { verify } from "./verify/run.ts";

const { env, stdout, stderr } = process;
process.exitCode = await verify(process.argv.slice(2), {
  directory: process.cwd(),
  environment: env,
  stdout,
  stderr,
});
