/** Tailscale's own HuJSON library for a test file. Where Go is missing the judged tests cannot run: in CI that fails. */
import { afterAll } from "vitest";
import { type Hujson, startHujson } from "../../../sandbox/hujson/index.ts";
import { GoMissing } from "../../../sandbox/programs.ts";

/** Undefined only where there is no Go, which is said on standard error. @throws GoMissing in CI. */
export async function startJudge(): Promise<Hujson | undefined> {
  try {
    const judge = await startHujson();
    afterAll(() => judge.close());
    return judge;
  } catch (error) {
    if (!(error instanceof GoMissing) || process.env.CI) throw error;
    process.stderr.write(`NOT TESTED against github.com/tailscale/hujson: ${error.message}\n`);
    return undefined;
  }
}
