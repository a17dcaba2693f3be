/** HuJSON text as a tree with places; refuses what `github.com/tailscale/hujson` refuses. */
import { type Node, type ParseError, parseTree, printParseErrorCode, visit } from "jsonc-parser";

/** A policy file that the server refuses. The message is the server's `message`. */
export class InvalidPolicy extends Error {}

export interface Document {
  root: Node;
  text: string;
}

/** Throws `InvalidPolicy`, `line L, column C: ...` (the form that tailscale/tailscale's gitops-pusher looks for). */
export function parseDocument(text: string): Document {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) throw invalidAt(text, error.offset, syntaxMessages[printParseErrorCode(error.error)] ?? "invalid HuJSON");
  checkComments(text);
  if (!root) throw invalidAt(text, text.length, "unexpected end of input");
  return { root, text };
}

/** Columns count characters from 1, as editors do. */
export function invalidAt(text: string, offset: number, message: string): InvalidPolicy {
  const before = text.slice(0, offset).split("\n");
  return new InvalidPolicy(`line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${message}`);
}

/** Refuses what jsonc-parser accepts in a line comment and hujson does not: the end of the file, and U+2028 or U+2029. */
function checkComments(text: string): void {
  visit(text, {
    onComment(offset, length) {
      const comment = text.slice(offset, offset + length);
      if (!comment.startsWith("//")) return;
      if (offset + length === text.length) throw invalidAt(text, offset, "comment without an end");
      if (/[\u2028\u2029]/.test(comment)) throw invalidAt(text, offset, "invalid character");
    },
  });
}

/** Our wording. */
const syntaxMessages: Record<string, string> = {
  InvalidSymbol: "invalid literal",
  InvalidNumberFormat: "invalid number",
  PropertyNameExpected: "expected a member name in double quotes",
  ValueExpected: "expected a value",
  ColonExpected: "expected ':' after the member name",
  CommaExpected: "expected ',' between two values",
  CloseBraceExpected: "expected '}'",
  CloseBracketExpected: "expected ']'",
  EndOfFileExpected: "unexpected text after the value",
  UnexpectedEndOfComment: "comment without an end",
  UnexpectedEndOfString: "string without an end",
  UnexpectedEndOfNumber: "invalid number",
  InvalidUnicode: "invalid unicode escape",
  InvalidEscapeCharacter: "invalid escape",
  InvalidCharacter: "invalid character",
};
