import { escapeMessage } from "./printable.ts";

/**
 * A row of docs/troubleshooting.md, and the text of the message that it is about: one source for both.
 *
 * Texts are Markdown: code in backticks, links as `[text](target)`. `{name}` in a text of ours stands for a value.
 */
export type Entry = Message | ForeignMessage | Observation;

interface Row {
  /** When it is seen, such as "in `up`". */
  when?: string;
  cause: string;
  fix: string;
}

/** A text of ours. What throws it fills it in with `formatMessage`. */
export interface Message<Text extends string = string, Advice extends string = string> extends Row {
  says: Text;
  /** How the message goes on: the fix, as it is read at a terminal. */
  advice?: Advice;
}

/** A text of somebody else's program, by a pattern that finds it in an output. */
export interface ForeignMessage extends Row {
  /** The texts, as the page shows them. */
  theirs: readonly string[];
  pattern: RegExp;
}

/** Something without a text of its own, in words; or texts of the actions, in words that say when. */
export interface Observation extends Row {
  seen: string;
  /** What it is known by in the log of a job. */
  logged?: RegExp;
}

export interface Section {
  title: string;
  introduction?: string;
  entries: readonly Entry[];
}

/** The names in the braces of a text. Braces with a space behind them are YAML of a setting. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Innermost<Name> | Names<Rest>
  : never;

type Innermost<Name extends string> = Name extends `${string}{${infer Inner}`
  ? Innermost<Inner>
  : Name extends ` ${string}`
    ? never
    : Name;

type Values<Text extends string> = Record<Names<Text>, string | number>;

/** An entry as it is written, with the literal types of its texts. */
export function message<const Text extends string, const Advice extends string = "">(
  entry: Message<Text, Advice>,
): Message<Text, Advice> {
  return entry;
}

/** The message of an entry: its text and its advice with every `{name}` replaced, by what a terminal may show of the value. */
export function formatMessage<Text extends string, Advice extends string>(
  { says, advice }: Message<Text, Advice>,
  values: Values<Text | Advice>,
): string {
  const known: Record<string, string | number> = values;
  return `${says}${advice ?? ""}`.replace(/\{(\w+)\}/g, (whole, name) => escapeMessage(String(known[name] ?? whole)));
}

/** Markdown as it is read at a terminal: without backticks, and with the targets of links. */
export function toPlainText(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\(([^)]*)\)/g, (_, text, target) =>
      target.startsWith("http") ? `${text} (${target})` : text,
    )
    .replaceAll("`", "");
}

/** A fix of the catalogue as it stands alone at a terminal. A name in code keeps its spelling. */
export function toSentence(fix: string): string {
  const words = toPlainText(fix);
  return fix.startsWith("`") ? words : words.charAt(0).toUpperCase() + words.slice(1);
}
