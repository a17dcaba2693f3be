import type { Format, Renderer } from "../report.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderShort } from "./short.ts";
import { renderTable } from "./table.ts";

export const renderers: Record<Format, Renderer> = {
  table: renderTable,
  short: renderShort,
  json: renderJson,
  markdown: renderMarkdown,
};
