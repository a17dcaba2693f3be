/** The table of commands as text: `do help`, and docs/sandbox.md. */
import { prefix, usageOf } from "./command.ts";
import { groups } from "./table.ts";

export function renderHelp(): string {
  const usages = groups.flatMap(({ commands }) => commands.map(usageOf));
  // What is longer has its purpose on the next line.
  const width = Math.max(...usages.map(({ length }) => length).filter((length) => length <= 44));
  const parts = groups.map(({ title, commands }) => {
    const lines = commands.map((command) => {
      const usage = usageOf(command);
      const gap = usage.length <= width ? " ".repeat(width - usage.length) : `\n${" ".repeat(width + 2)}`;
      return `  ${usage}${gap}  ${command.does}`;
    });
    return [title, ...lines].join("\n");
  });
  return [
    `${prefix} COMMAND ...   changes the running sandbox as somebody else would`,
    ...parts,
    [
      "help COMMAND         shows one command with an example",
      "--assignments FILE   the file that the sandbox was started with (default .sandbox/env)",
      "A FILE of - is standard input. The console takes no policy file that breaks its own tests: remove those first.",
    ].join("\n"),
  ].join("\n\n");
}

/** The commands as tables in Markdown. */
export function renderTables(): string {
  return groups
    .map(({ title, commands }) => {
      const rows = commands.map((command) => {
        const usage = usageOf(command).replaceAll("|", "\\|");
        return `| \`${usage}\` | ${command.does} | \`${command.example.replaceAll("|", "\\|")}\` |`;
      });
      return [`### ${title}`, "", "| command | what happens | example |", "| --- | --- | --- |", ...rows].join("\n");
    })
    .join("\n\n");
}
