/** The help, and docs/sandbox.md, which has the same table: `npx vitest run test/sandbox/hand/pages.test.ts -u` writes both. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { renderTables } from "../../../sandbox/hand/help.ts";
import { readCommand } from "../../../sandbox/hand/read.ts";
import { commands } from "../../../sandbox/hand/table.ts";
import { runSandbox } from "./stage.ts";

const page = join(import.meta.dirname, "..", "..", "..", "docs", "sandbox.md");

it.each([[["do", "help"]], [["do"]], [["do", "--help"]], [["--assignments", "nowhere", "do", "-h"]]])(
  "%j shows all commands",
  async (args) => {
    const { code, stdout } = await runSandbox(args);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot("help.golden.txt");
  },
);

it("help with a command shows its usage and an example", async () => {
  const { code, stdout } = await runSandbox(["do", "help", "console", "remove-port"]);
  expect([code, stdout]).toEqual([
    0,
    `Usage:    npm run sandbox -- do console remove-port TAG PORT
          takes a port out of the tag's grants
Example:  npm run sandbox -- do console remove-port tag:ci 80
`,
  ]);
});

it("docs/sandbox.md has the table of the code", async () => {
  const text = readFileSync(page, "utf8");
  const [before = "", , after] = text.split(/<!-- (?:table|end) -->\n/);
  expect(after).toBeDefined();
  await expect(`${before}<!-- table -->\n${renderTables()}\n<!-- end -->\n${after}`).toMatchFileSnapshot(page);
});

it.each(commands.map((command) => [command.name, command] as const))(
  "the example of %s is a command line of it",
  (name, command) => {
    const words = [...command.example.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    expect(readCommand(words).command.name).toBe(name);
  },
);
