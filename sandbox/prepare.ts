/** What `npm test` builds before the first test: a build is longer than a test may take. */
import { prepareRunner } from "./runner/prepare.ts";

const missing = await prepareRunner((line) => console.error(line));
if (missing !== undefined) {
  console.error(missing);
  process.exitCode = 1;
}
