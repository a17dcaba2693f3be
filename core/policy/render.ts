/** JSON values as text, in the layout that `hujson.Format` would leave as it is (given tabs). */
import { apertureCapability } from "./fragment.ts";
import { type Node, stringValue } from "./hujson.ts";

export interface Layout {
  eol: string;
  /** Indentation of the line on which the value starts. */
  indent: string;
  /** One level of indentation. */
  unit: string;
}

/** The value on one line: `{"role": "user"}`. */
export function renderInline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(renderInline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  return `{${members(value)
    .map(([name, item]) => `${name}: ${renderInline(item)}`)
    .join(", ")}}`;
}

/**
 * A node of a parsed file on one line, as `inline` writes a value: with every member, also those whose name stands twice,
 * and with numbers as they are written. Equal texts have the same structure and values in the same order. Takes any depth.
 */
export function renderNode(text: string, root: Node): string {
  const parts: string[] = [];
  const pending: (Node | string)[] = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === "string") parts.push(next);
    else if (next.kind === "string") parts.push(JSON.stringify(stringValue(text, next)));
    else if (next.kind !== "object" && next.kind !== "array") parts.push(text.slice(next.start, next.end));
    else {
      const [open, close] = next.kind === "object" ? "{}" : "[]";
      parts.push(open as string);
      pending.push(close as string);
      for (let index = next.items.length - 1; index >= 0; index--) {
        const { name, value } = next.items[index] as (typeof next.items)[number];
        pending.push(value);
        if (name) pending.push(`${JSON.stringify(stringValue(text, name))}: `);
        if (index > 0) pending.push(", ");
      }
    }
  }
  return parts.join("");
}

/** The value on as many lines as it needs. A grant's models always stand on lines of their own: a diff names one. */
export function renderLines(value: unknown, layout: Layout): string {
  if (typeof value !== "object" || value === null) return renderInline(value);
  if (!isGrantPart(value)) {
    const short = renderInline(value);
    if (width(short) <= maximumWidth) return short;
  }
  const inner = { ...layout, indent: layout.indent + layout.unit };
  if (Array.isArray(value)) {
    return bracketed(
      "[]",
      value.map((item) => renderLines(item, inner)),
      layout,
    );
  }
  const rows = members(value).map(([name, item]) => ({ name, text: renderLines(item, inner) }));
  return bracketed("{}", aligned(rows, layout.eol), layout);
}

/** hujson counts the comma and space that follow the last item, too (format.go, punchCardWidth). */
const maximumWidth = 80 - ", ".length;

export function width(text: string): number {
  return Buffer.byteLength(text);
}

/** The grant, its `app`, and the list of Aperture's entries. */
function isGrantPart(value: object): boolean {
  if (Array.isArray(value)) return typeof value[0] === "object" && value[0] !== null && "role" in value[0];
  return "app" in value || apertureCapability in value;
}

function members(value: object): [string, unknown][] {
  return Object.entries(value).map(([name, item]) => [JSON.stringify(name), item]);
}

function bracketed([open, close]: string, items: string[], { eol, indent, unit }: Layout): string {
  return `${open}${items.map((item) => `${eol}${indent}${unit}${item},`).join("")}${eol}${indent}${close}`;
}

/** Values of neighbouring one-line members stand below each other. */
function aligned(rows: { name: string; text: string }[], eol: string): string[] {
  const blocks: { name: string; text: string }[][] = [[]];
  for (const row of rows) {
    if (row.text.includes(eol)) blocks.push([row], []);
    else blocks.at(-1)?.push(row);
  }
  return blocks.flatMap((block) => {
    const longest = Math.max(0, ...block.map(({ name }) => width(name)));
    return block.map(({ name, text }) => `${name}:${" ".repeat(1 + longest - width(name))}${text}`);
  });
}
