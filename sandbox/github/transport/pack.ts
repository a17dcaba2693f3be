/** Packs: many objects in one stream. https://git-scm.com/docs/gitformat-pack */
import { createHash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import { objectId, type Sha } from "../git.ts";
import type { GitObject, Objects, ObjectType } from "./objects.ts";
import { BadRequest } from "./packet-lines.ts";

const types: ObjectType[] = ["commit", "tree", "blob"];
const [offsetDelta, referenceDelta] = [6, 7];

/** The largest object that a client may send, unpacked. */
const mostBytes = 64 * 1024 * 1024;

/** Each object whole; Git makes deltas, and reads both. */
export function writePack(objects: Objects): Buffer {
  const header = Buffer.alloc(12);
  header.write("PACK");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.size, 8);
  const parts: Uint8Array[] = [header];
  for (const { type, content } of objects.values()) {
    parts.push(entryHeader(types.indexOf(type) + 1, content.length), deflateSync(content));
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

/** Type and size: four bits of the size stand beside the type, seven in each byte after it. */
function entryHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  bytes.push((type << 4) | (size % 16) | (rest > 0 ? 0x80 : 0));
  while (rest > 0) {
    const more = Math.floor(rest / 128);
    bytes.push((rest % 128) | (more > 0 ? 0x80 : 0));
    rest = more;
  }
  return Buffer.from(bytes);
}

/** The objects of a pack that a client sent. `find`: an object that is here already. @throws BadRequest */
export function readPack(pack: Buffer, find: (sha: Sha) => GitObject | undefined): Objects {
  if (pack.length < 32 || pack.toString("latin1", 0, 4) !== "PACK" || pack.readUInt32BE(4) !== 2) {
    throw new BadRequest("not a pack");
  }
  const body = pack.subarray(0, -20);
  if (!createHash("sha1").update(body).digest().equals(pack.subarray(-20))) throw new BadRequest("pack is damaged");
  const objects: Objects = new Map();
  const byOffset = new Map<number, GitObject>();
  let at = 12;
  for (let count = body.readUInt32BE(8); count > 0; count -= 1) {
    const start = at;
    const object = readEntry(start);
    byOffset.set(start, object);
    objects.set(objectId(object.type, object.content), object);
  }
  return objects;

  function readEntry(start: number): GitObject {
    const first = byte();
    let size = first & 15;
    for (let unit = 16, last = first; last & 0x80; unit *= 128) {
      last = byte();
      size += (last & 0x7f) * unit;
    }
    const kind = (first >> 4) & 7;
    const type = types[kind - 1];
    if (type) return { type, content: inflate(size) };
    const base = kind === offsetDelta ? byOffset.get(start - readOffset()) : kind === referenceDelta && readReference();
    if (!base) throw new BadRequest("an object's base is missing");
    return { type: base.type, content: applyDelta(base.content, inflate(size)) };
  }

  function byte(): number {
    const value = body[at];
    if (value === undefined) throw new BadRequest("pack is cut off");
    at += 1;
    return value;
  }

  function readOffset(): number {
    let last = byte();
    let offset = last & 0x7f;
    while (last & 0x80) {
      last = byte();
      offset = (offset + 1) * 128 + (last & 0x7f);
    }
    return offset;
  }

  function readReference(): GitObject | undefined {
    const sha = body.toString("hex", at, at + 20);
    at += 20;
    return objects.get(sha) ?? find(sha);
  }

  function inflate(size: number): Buffer {
    if (size > mostBytes) throw new BadRequest("an object is too large");
    const { content, read } = inflateOne(body.subarray(at), size);
    at += read;
    return content;
  }
}

function inflateOne(bytes: Buffer, size: number): { content: Buffer; read: number } {
  try {
    // The types lack what `info` answers with: the content, and how far it was read.
    const { buffer, engine } = inflateSync(bytes, { info: true, maxOutputLength: size + 1 }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    if (buffer.length !== size) throw new Error("size");
    return { content: buffer, read: engine.bytesWritten };
  } catch {
    throw new BadRequest("an object is damaged");
  }
}

/** Copies from the base and inserts, as the delta says. */
function applyDelta(base: Buffer, delta: Buffer): Buffer {
  let at = 0;
  const byte = (): number => {
    const value = delta[at];
    if (value === undefined) throw new BadRequest("a delta is cut off");
    at += 1;
    return value;
  };
  const number = (): number => {
    let value = 0;
    for (let unit = 1, last = 0x80; last & 0x80; unit *= 128) {
      last = byte();
      value += (last & 0x7f) * unit;
    }
    return value;
  };
  const bits = (command: number, from: number, count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index += 1) if (command & (from << index)) value += byte() * 256 ** index;
    return value;
  };
  if (number() !== base.length) throw new BadRequest("a delta is for another base");
  const size = number();
  if (size > mostBytes) throw new BadRequest("an object is too large");
  const parts: Buffer[] = [];
  while (at < delta.length) {
    const command = byte();
    if (command & 0x80) {
      const offset = bits(command, 1, 4);
      const length = bits(command, 16, 3) || 0x10000;
      if (offset + length > base.length) throw new BadRequest("a delta reaches beyond its base");
      parts.push(base.subarray(offset, offset + length));
    } else {
      if (command === 0 || at + command > delta.length) throw new BadRequest("a delta is damaged");
      parts.push(delta.subarray(at, at + command));
      at += command;
    }
  }
  const content = Buffer.concat(parts);
  if (content.length !== size) throw new BadRequest("a delta has another size");
  return content;
}
