/** What a command of `npm run sandbox -- do` is: a row that the command line, its help, docs/sandbox.md and the tests share. */
import type { World } from "../world.ts";

/** What a command takes. `shown` is what the usage calls it; of a `file` the command gets the content. */
export type Parameter =
  | { place: "word"; kind: "text" | "number" | "file"; shown: string; isOptional: boolean; choices?: readonly string[] }
  | { place: "words"; shown: string }
  | { place: "option"; kind: "text" | "number" | "file"; shown: string }
  | { place: "flag" };

export type Given = string | number | boolean | string[] | undefined;

type Value<P> = P extends { place: "flag" }
  ? boolean
  : P extends { place: "words" }
    ? string[]
    : (P extends { kind: "number" } ? number : string) | (P extends { isOptional: false } ? never : undefined);

type Values<Takes> = { -readonly [Name in keyof Takes]: Value<Takes[Name]> };

interface Row<Takes> {
  /** As typed, up to three words: `console device offline`. */
  name: string;
  /** One line, without a full stop: what somebody does. */
  does: string;
  /** What follows `npm run sandbox -- do`. */
  example: string;
  takes: Takes;
  /**
   * Does it and says what happened. A method, so that rows with any values fit into one table.
   *
   * @throws an Error that says why the world refuses it.
   */
  perform(world: World, given: Values<Takes>): string | Promise<string>;
}

export type Command = Row<Record<string, Parameter>> & { perform(world: World, given: Record<string, Given>): unknown };

export interface Group {
  /** Of its part of the help. */
  title: string;
  commands: readonly Command[];
}

/** A row as it is written, with the values' types from what it takes. */
export function command<const Takes extends Record<string, Parameter>>(row: Row<Takes>): Command {
  return row as unknown as Command;
}

export const word = (shown: string) => ({ place: "word", kind: "text", shown, isOptional: false }) as const;
export const optionalWord = (shown: string) => ({ place: "word", kind: "text", shown, isOptional: true }) as const;
export const oneOf = (...choices: string[]) => ({ ...word(choices.join("|")), choices });
export const number = (shown: string) => ({ ...word(shown), kind: "number" }) as const;
export const file = (shown: string) => ({ ...word(shown), kind: "file" }) as const;
/** One or more, at the end. */
export const words = (shown: string) => ({ place: "words", shown }) as const;
export const option = (shown: string) => ({ place: "option", kind: "text", shown }) as const;
export const numberOption = (shown: string) => ({ place: "option", kind: "number", shown }) as const;
export const fileOption = (shown: string) => ({ place: "option", kind: "file", shown }) as const;
export const flag = () => ({ place: "flag" }) as const;

/** What begins every command line. */
export const prefix = "npm run sandbox -- do";

/** `rename OWNER/NAME NEW-NAME`, with options in brackets. */
export function usageOf({ name, takes }: Command): string {
  const parts = Object.entries(takes).map(([key, parameter]) => {
    if (parameter.place === "words") return `${parameter.shown}...`;
    if (parameter.place === "word") return parameter.isOptional ? `[${parameter.shown}]` : parameter.shown;
    return parameter.place === "flag" ? `[--${optionName(key)}]` : `[--${optionName(key)} ${parameter.shown}]`;
  });
  return [name, ...parts].join(" ");
}

/** `fromFork` is typed as `--from-fork`. */
export const optionName = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
