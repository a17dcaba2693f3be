/** From a command line to a command of the table and its values, or to a mistake that says how it is typed. */
import { parseArgs } from "node:util";
import { findNearest } from "../../core/settings/objects.ts";
import { type Command, type Given, optionName, type Parameter, prefix, usageOf } from "./command.ts";
import { commands } from "./table.ts";

/** A command line that nothing can be done with; the message has the usage. */
export class UsageError extends Error {}

export interface Reading {
  command: Command;
  values: Record<string, Given>;
  /** Values that name a file; the command takes its content. */
  files: string[];
}

/** @throws UsageError */
export function readCommand(args: readonly string[]): Reading {
  const found = findCommand(args);
  const values = valuesOf(found, args.slice(found.name.split(" ").length));
  const files = Object.entries(found.takes).flatMap(([key, parameter]) =>
    "kind" in parameter && parameter.kind === "file" && typeof values[key] === "string" ? [values[key]] : [],
  );
  return { command: found, values, files };
}

/** The command whose name has the most words of those that begin the line. Throws UsageError. */
export function findCommand(args: readonly string[]): Command {
  for (let count = 3; count > 0; count--) {
    const name = args.slice(0, count).join(" ");
    const found = commands.find((one) => one.name === name);
    if (found) return found;
  }
  throw new UsageError(`${describeUnknown(args)}\nAll commands: ${prefix} help`);
}

function describeUnknown(args: readonly string[]): string {
  const names = commands.map(({ name }) => name);
  const firstOption = args.findIndex((arg) => arg.startsWith("-"));
  const typedWords = args.slice(0, firstOption < 0 ? 3 : Math.min(firstOption, 3));
  if (typedWords.length === 0) return "No command is given.";
  // As many words as begin a name, and the one that does not.
  const beginning = typedWords.findLastIndex((_, at) => isBeginning(names, typedWords.slice(0, at + 1)));
  const group = typedWords.slice(0, beginning + 1).join(" ");
  const inGroup = group === "" ? names : names.filter((name) => name.startsWith(`${group} `));
  const typed = typedWords.slice(0, beginning + 2).join(" ");
  const says = `There is no command "${typed}".`;
  const [nearest] = typed === group ? [] : findNearest(typed, beginnings(inGroup, beginning + 2));
  if (nearest !== undefined) return `${says} Did you mean "${nearest}"?`;
  return group === "" ? says : `${says} There are:\n  ${inGroup.join("\n  ")}`;
}

const isBeginning = (names: string[], typed: string[]): boolean =>
  names.some((name) => name.startsWith(`${typed.join(" ")} `));

/** Long names are far from everything, so as many words are compared as were typed. */
const beginnings = (names: string[], count: number): string[] => [
  ...new Set(names.map((name) => name.split(" ").slice(0, count).join(" "))),
];

function valuesOf(command: Command, args: readonly string[]): Record<string, Given> {
  const parameters = Object.entries(command.takes);
  try {
    const options = Object.fromEntries(
      parameters.flatMap(([key, { place }]) => {
        if (place !== "flag" && place !== "option") return [];
        return [[optionName(key), { type: place === "flag" ? ("boolean" as const) : ("string" as const) }]];
      }),
    );
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const rest = [...positionals];
    const read = parameters.map(([key, parameter]): [string, Given] => {
      if (parameter.place === "flag") return [key, values[optionName(key)] === true];
      if (parameter.place === "words") return [key, someOf(rest.splice(0), parameter.shown)];
      const text = parameter.place === "word" ? rest.shift() : values[optionName(key)];
      return [key, readValue(parameter, typeof text === "string" ? text : undefined)];
    });
    if (rest.length > 0) throw new Error(`"${rest[0]}" is one word too many; words with blanks need quotes.`);
    return Object.fromEntries(read);
  } catch (error) {
    // parseArgs explains how to write a value that begins with a dash, in words that do not fit behind npm.
    const [says] = (error instanceof Error ? error.message : String(error)).split(". To specify");
    throw new UsageError(`${says}\n\n${describeUsage(command)}`);
  }
}

function someOf(texts: string[], shown: string): string[] {
  if (texts.length === 0) throw new Error(`${shown} is missing.`);
  return texts;
}

function readValue(parameter: Parameter & { place: "word" | "option" }, text: string | undefined): Given {
  const { shown, kind } = parameter;
  const isRequired = parameter.place === "word" && !parameter.isOptional;
  if (text === undefined || (text === "" && isRequired)) {
    if (isRequired) throw new Error(`${shown} is missing.`);
    return undefined;
  }
  if (parameter.place === "word" && parameter.choices && !parameter.choices.includes(text)) {
    throw new Error(`"${text}" is none of ${parameter.choices.join(", ")}.`);
  }
  if (kind !== "number") return text;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${shown} is a whole number, not "${text}".`);
  return Number(text);
}

/** Usage, purpose and example of one command. */
export function describeUsage(command: Command): string {
  return [
    `Usage:    ${prefix} ${usageOf(command)}`,
    `          ${command.does}`,
    `Example:  ${prefix} ${command.example}`,
  ].join("\n");
}
