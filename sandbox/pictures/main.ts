/** `npm run pictures`: takes the docs' pictures of our pages anew. Needs `chromium` on PATH; only who changes a page needs it. */
import { join } from "node:path";
import { takePicture } from "./browser.ts";
import { renderMorning } from "./log.ts";

const docs = join(import.meta.dirname, "..", "..", "docs");

takePicture({ html: await renderMorning(), file: join(docs, "aperture-log.png"), width: 1200, height: 800 });
