/**
 * HuJSON: JSON with comments and trailing commas, as strict as Tailscale's own parser (github.com/tailscale/hujson, parse.go).
 * What differs from common JSONC parsers: a line comment needs its newline, also at the end of the file; only space, tab,
 * CR and LF are whitespace; U+2028 and U+2029 may not stand in a line comment; a byte order mark is refused.
 *
 * The parser keeps its own stack: hujson accepts any depth, and a policy file must not be able to end the process.
 */
import { type Place, PolicyError } from "./policy-error.ts";

export type Node = Container | Literal;

export interface Literal {
  kind: "string" | "number" | "boolean" | "null";
  start: number;
  end: number;
}

/** An object or array. Offsets are those of the text: from the opening bracket to after the closing one. */
export interface Container {
  kind: "object" | "array";
  start: number;
  end: number;
  items: Item[];
}

/** A member of an object or an element of an array. */
export interface Item {
  /** After the opening bracket or the previous comma: comments and whitespace before the item begin here. */
  from: number;
  /** Start of the name in an object, of the value in an array. */
  start: number;
  /** The quoted name of a member. */
  name?: Literal;
  value: Node;
  /** Offset of the comma after the item; absent after the last one where there is none. */
  comma?: number;
}

export interface Tree {
  text: string;
  root: Node;
  commentCount: number;
  trailingCommaCount: number;
  /** Where each line comment ends, as `Comment.end`: what follows it needs a newline in between. */
  lineCommentEnds: Set<number>;
}

export interface Comment {
  start: number;
  /** After the comment's last character: before the newline that ends a line comment, and before its CR. */
  end: number;
  kind: "line" | "block";
}

const tab = 9;
export const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const quote = 34;
const asterisk = 42;
const comma = 44;
const slash = 47;
const colon = 58;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

const word = /[-+.A-Za-z0-9]+/y;
const numberForm = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;
const stringForm = /^"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"$/;

/**
 * Parses a policy file.
 *
 * @throws PolicyError for whatever hujson refuses
 */
export function parse(text: string): Tree {
  return new Parser(text).parse();
}

/** Line and column of an offset. */
export function placeOf(text: string, offset: number): Place {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf("\n"); next >= 0 && next < offset; next = text.indexOf("\n", start)) {
    line++;
    start = next + 1;
  }
  return { line, column: offset - start + 1 };
}

/** The comments between two offsets that hold nothing but comments and whitespace. */
export function commentsIn(text: string, from: number, to: number): Comment[] {
  const comments: Comment[] = [];
  for (let at = from; at < to; ) {
    if (text.charCodeAt(at) !== slash) {
      at++;
      continue;
    }
    const isLine = text.charCodeAt(at + 1) === slash;
    const after = isLine ? text.indexOf("\n", at) : text.indexOf("*/", at + 2) + 2;
    const end = isLine ? endOfLineComment(text, after) : after;
    comments.push({ start: at, end, kind: isLine ? "line" : "block" });
    at = after;
  }
  return comments;
}

/** A CR in front of the newline belongs to the newline. */
function endOfLineComment(text: string, newline: number): number {
  return text.charCodeAt(newline - 1) === carriageReturn ? newline - 1 : newline;
}

/** What a string literal says. */
export function stringValue(text: string, literal: Literal): string {
  const raw = text.slice(literal.start + 1, literal.end - 1);
  return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
}

/** Deeper values are cut off: nothing that a fragment holds is, and recursion stays bounded. */
const deepest = 100;

/** The JSON value of a node. Of equal keys the last wins, as for Tailscale. Below 100 levels it is the string "...". */
export function jsonValue(text: string, node: Node, depth = 0): unknown {
  if (depth > deepest) return "...";
  if (node.kind === "array") return node.items.map((item) => jsonValue(text, item.value, depth + 1));
  if (node.kind === "object") {
    const object: Record<string, unknown> = {};
    // Members have names.
    for (const { name, value } of node.items)
      setField(object, stringValue(text, name as Literal), jsonValue(text, value, depth + 1));
    return object;
  }
  return node.kind === "string" ? stringValue(text, node) : (JSON.parse(text.slice(node.start, node.end)) as unknown);
}

/** An assignment for which "__proto__" is a key like any other. */
export function setField(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}

class Parser {
  readonly #text: string;
  #at = 0;
  #commentCount = 0;
  #trailingCommaCount = 0;
  readonly #lineCommentEnds = new Set<number>();

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Tree {
    const text = this.#text;
    const broken = text.isWellFormed() ? -1 : text.search(/\p{Surrogate}/u);
    if (broken >= 0) this.#fail(broken, "half of a surrogate pair", "Save the file as UTF-8.");
    if (text.startsWith("\uFEFF")) this.#fail(0, "a byte order mark", "Save the file as UTF-8 without it.");
    this.#skipExtra();
    const root = this.#value();
    this.#skipExtra();
    if (this.#at < text.length) this.#unexpected("after the end of the top-level value", "Remove what follows it.");
    return {
      text,
      root,
      commentCount: this.#commentCount,
      trailingCommaCount: this.#trailingCommaCount,
      lineCommentEnds: this.#lineCommentEnds,
    };
  }

  /** The value at the current offset, with all that it holds. */
  #value(): Node {
    const open: Container[] = [];
    for (;;) {
      let node = this.#opensContainer() ?? this.#literal();
      if (node.kind === "object" || node.kind === "array") {
        open.push(node);
        if (!this.#startItem(node)) continue;
        open.pop();
      }
      // The value is complete: so may be the containers around it.
      for (;;) {
        const parent = open.at(-1);
        if (!parent) return node;
        const item = parent.items.at(-1) as Item;
        item.value = node;
        if (!this.#finishItem(parent, item)) break;
        open.pop();
        node = parent;
      }
    }
  }

  #opensContainer(): Container | undefined {
    const code = this.#text.charCodeAt(this.#at);
    if (code !== openBrace && code !== openBracket) return undefined;
    const start = this.#at++;
    return { kind: code === openBrace ? "object" : "array", start, end: start, items: [] };
  }

  /** Goes to the value of the container's next item. True if the container ends instead. */
  #startItem(container: Container): boolean {
    const from = this.#at;
    this.#skipExtra();
    const isObject = container.kind === "object";
    const code = this.#text.charCodeAt(this.#at);
    if (code === (isObject ? closeBrace : closeBracket)) {
      if (container.items.length > 0) this.#trailingCommaCount++;
      container.end = ++this.#at;
      return true;
    }
    const item: Item = { from, start: this.#at, value: placeholder };
    if (isObject) {
      if (this.#at >= this.#text.length) this.#endOfFile("an object");
      if (code !== quote) this.#unexpected("where a name should start", 'Names are in double quotes: "tag:ci".');
      item.name = this.#string();
      this.#skipExtra();
      if (this.#text.charCodeAt(this.#at) !== colon) {
        if (this.#at >= this.#text.length) this.#endOfFile("an object");
        this.#unexpected("after a name", "Put a colon between name and value.");
      }
      this.#at++;
      this.#skipExtra();
    }
    container.items.push(item);
    return false;
  }

  /** Reads the comma or bracket after an item and goes to the next value. True if the container ends. */
  #finishItem(container: Container, item: Item): boolean {
    this.#skipExtra();
    const code = this.#text.charCodeAt(this.#at);
    if (code === comma) {
      item.comma = this.#at++;
      return this.#startItem(container);
    }
    if (code === (container.kind === "object" ? closeBrace : closeBracket)) {
      container.end = ++this.#at;
      return true;
    }
    if (this.#at >= this.#text.length) this.#endOfFile(container.kind === "object" ? "an object" : "an array");
    const bracket = container.kind === "object" ? "}" : "]";
    return this.#unexpected("after a value", `Is a comma missing in front of it, or a "${bracket}"?`);
  }

  #literal(): Literal {
    const start = this.#at;
    if (this.#text.charCodeAt(start) === quote) return this.#string();
    word.lastIndex = start;
    const literal = word.exec(this.#text)?.[0];
    if (literal === undefined) {
      if (start >= this.#text.length) this.#endOfFile("a value");
      return this.#unexpected(
        "where a value should start",
        "Expected an object, array, string, number, true, false or null.",
      );
    }
    this.#at += literal.length;
    const end = this.#at;
    if (literal === "true" || literal === "false") return { kind: "boolean", start, end };
    if (literal === "null") return { kind: "null", start, end };
    if (numberForm.test(literal)) return { kind: "number", start, end };
    return this.#fail(
      start,
      `${JSON.stringify(literal)} is no value`,
      "Text stands in double quotes; numbers are decimal.",
    );
  }

  #string(): Literal {
    const start = this.#at;
    let isPlain = true;
    for (let at = start + 1; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === quote) {
        this.#at = at + 1;
        if (!isPlain) this.#checkString(start);
        return { kind: "string", start, end: this.#at };
      }
      if (code < space) this.#fail(at, "a control character in a string", "Write it as an escape, such as \\n or \\t.");
      if (code === backslash) {
        isPlain = false;
        at++;
      }
    }
    return this.#fail(start, "a string without its end", "Close it with a double quote.");
  }

  /** Escapes are few, so a string that has one may be looked at once more. */
  #checkString(start: number): void {
    const raw = this.#text.slice(start, this.#at);
    for (let at = raw.indexOf("\\"); at >= 0; at = raw.indexOf("\\", at + 2)) {
      if (!stringForm.test(`"${raw.slice(at, at + (raw[at + 1] === "u" ? 6 : 2))}"`)) {
        this.#fail(
          start + at,
          "an escape that JSON does not know",
          'Known are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX.',
        );
      }
    }
  }

  #skipExtra(): void {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === space || code === lineFeed || code === tab || code === carriageReturn) this.#at++;
      else if (code !== slash) return;
      else if (text.charCodeAt(this.#at + 1) === slash) this.#lineComment();
      else if (text.charCodeAt(this.#at + 1) === asterisk) this.#blockComment();
      else return;
    }
  }

  #lineComment(): void {
    const end = this.#text.indexOf("\n", this.#at);
    if (end < 0) this.#fail(this.#at, "a line comment without a newline at its end", "End the file with a newline.");
    const separator = this.#text.slice(this.#at, end).search(/[\u2028\u2029]/);
    if (separator >= 0) {
      this.#fail(
        this.#at + separator,
        "U+2028 or U+2029 in a line comment",
        "Replace the invisible character by a newline.",
      );
    }
    this.#commentCount++;
    this.#lineCommentEnds.add(endOfLineComment(this.#text, end));
    this.#at = end + 1;
  }

  #blockComment(): void {
    const end = this.#text.indexOf("*/", this.#at + 2);
    if (end < 0) this.#fail(this.#at, "a comment without its end", 'Close it with "*/".');
    this.#commentCount++;
    this.#at = end + 2;
  }

  #endOfFile(inside: string): never {
    return this.#fail(this.#text.length, `the file ends inside ${inside}`, "Is it complete? Close every bracket.");
  }

  #unexpected(where: string, fix: string): never {
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    return this.#fail(this.#at, `${JSON.stringify(character)} ${where}`, fix);
  }

  #fail(offset: number, what: string, fix: string): never {
    throw new PolicyError(`${what}.`, fix, placeOf(this.#text, offset));
  }
}

/** Stands for the value of an item whose value is being read. */
const placeholder: Literal = { kind: "null", start: 0, end: 0 };
