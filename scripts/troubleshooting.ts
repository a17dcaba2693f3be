/** `npm run troubleshooting`: writes docs/troubleshooting.md from the catalogue, and the end of docs/verify.md from the checks. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { howToSection } from "../core/checks/how-to.ts";
import { checksSection, readsHeading, renderReads } from "../core/checks/section.ts";
import { catalogue } from "../core/messages/index.ts";
import { renderTroubleshootingPage } from "../core/messages/page.ts";

const docs = join(import.meta.dirname, "..", "docs");
writeFileSync(join(docs, "troubleshooting.md"), renderTroubleshootingPage([...catalogue, howToSection, checksSection]));

const page = join(docs, "verify.md");
const [before = ""] = readFileSync(page, "utf8").split(readsHeading);
writeFileSync(page, before + renderReads());
