/** Git's framing: each line with its length in front. https://git-scm.com/docs/gitprotocol-common#_pkt_line_format */

/** `0000`, which ends a section. */
export const flush = Buffer.from("0000");

/** The most that one line holds. */
const mostBytes = 65_515;

export function packetLine(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}

/** What goes through one channel of a side band: 1 is for data, 2 for what people read. */
export function sideBand(channel: 1 | 2, bytes: Uint8Array): Buffer {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += mostBytes - 1) {
    lines.push(packetLine(Buffer.concat([Buffer.of(channel), bytes.subarray(at, at + mostBytes - 1)])));
  }
  return Buffer.concat(lines);
}

/** Lines without their line feeds, `null` for a flush, and what comes behind the flush at which `isLast` says to stop. */
export function readPacketLines(
  bytes: Buffer,
  isLast: (line: string | null) => boolean = () => false,
): { lines: (string | null)[]; rest: Buffer } {
  const lines: (string | null)[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 4), 16);
    const isFlush = length === 0;
    if (!(isFlush || length >= 4) || at + length > bytes.length) throw new BadRequest("bad line length");
    const line = isFlush ? null : bytes.toString("utf8", at + 4, at + length).replace(/\n$/, "");
    lines.push(line);
    at += Math.max(length, 4);
    if (isLast(line)) break;
  }
  return { lines, rest: bytes.subarray(at) };
}

/** A client that does not speak as Git does. */
export class BadRequest extends Error {}
