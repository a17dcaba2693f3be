/**
 * `npm run pictures`: takes the docs' picture of Aperture's log anew; with `-- --report FILE.html`, which a rehearsal has written, those
 * of the report as well. Needs `chromium` on PATH; only who changes a page needs it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { takePicture } from "./browser.ts";
import { renderMorning } from "./log.ts";
import { cutAct, cutContents } from "./report.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");
const { values } = parseArgs({ options: { report: { type: "string" } } });

const take = (html: string, name: string, width: number, height: number) =>
  takePicture({ html, file: join(docs, name), width, height });

await take(await renderMorning(), "aperture-log.png", 1200, 800);
if (values.report !== undefined) {
  const page = readFileSync(values.report, "utf8");
  await take(cutContents(page), "rehearsal-report.png", 1000, 960);
  await take(cutAct(page, "A pull request is reviewed"), "rehearsal-report-act.png", 1000, 1400);
}
