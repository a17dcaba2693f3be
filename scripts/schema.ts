/** `npm run schema`: writes settings.schema.json and docs/settings.md from the zod schema. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildJsonSchema, renderSettingsPage } from "../core/settings/reference.ts";

const root = join(import.meta.dirname, "..");
writeFileSync(join(root, "settings.schema.json"), `${JSON.stringify(buildJsonSchema(), undefined, 2)}\n`);
writeFileSync(join(root, "docs", "settings.md"), renderSettingsPage());
