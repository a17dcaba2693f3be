/** `npm run troubleshooting`: writes docs/troubleshooting.md from the catalogue. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checksSection } from "../core/checks/section.ts";
import { catalogue } from "../core/messages/index.ts";
import { renderTroubleshootingPage } from "../core/messages/page.ts";

writeFileSync(
  join(import.meta.dirname, "..", "docs", "troubleshooting.md"),
  renderTroubleshootingPage([...catalogue, checksSection]),
);
