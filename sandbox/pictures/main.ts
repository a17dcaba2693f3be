/**
 * `npm run pictures`: takes the docs' picture of Aperture's log anew; with `-- --report FILE.html`, which a rehearsal has written, that
 * of the report as well. Needs `chromium` on PATH; only who changes a page needs it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { takePicture } from "./browser.ts";
import { renderMorning } from "./log.ts";
import { cutReport } from "./report.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const { values } = parseArgs({ options: { report: { type: "string" } } });

await takePicture({ html: await renderMorning(), file: join(docs, "aperture-log.png"), width: 1200, height: 800 });
if (values.report !== undefined) {
  const html = cutReport(readFileSync(values.report, "utf8"), "A pull request is reviewed");
  await takePicture({ html, file: join(docs, "rehearsal-report.png"), width: 1000, height: 1400 });
}
