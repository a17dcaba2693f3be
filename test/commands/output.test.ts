/** What hostile texts of services and of logs can do to whoever reads the output: a terminal, a runner, a chat, a comment. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startProgress } from "../../commands/verify/progress.ts";
import { renderers } from "../../commands/verify/render/index.ts";
import type { Report } from "../../commands/verify/report.ts";
import { verify } from "../../commands/verify/run.ts";
import { judge, type RepositoryCheck } from "../../core/checks/judge.ts";
import { summarise } from "../../core/checks/summary.ts";
import { broken, link, text } from "../../core/checks/verdicts.ts";
import { createFolder, createPrograms, readReport, runVerify } from "./run-verify.ts";

/** The report of one check that quotes the text. */
function reportOf(quoted: string): Report {
  const row: RepositoryCheck<{ settings: { slug: string } }> = {
    ...({ id: "last-run", category: "runs", phase: "run", scope: "repository", severity: "error" } as const),
    ...{ title: "The last run is green", reads: "", cause: "", fix: "" },
    judge: () => [broken(quoted, text(quoted)), broken("Elsewhere.", link("https://github.com/acme/app", quoted))],
  };
  const results = judge([row], {}, [{ settings: { slug: "acme/app" } }]);
  return { stack: "prod", results, summary: summarise(results, ["acme/app"]), isBefore: false };
}

const formats = Object.entries(renderers);

describe("a text of others", () => {
  it.each(formats)("adds no line to %s, and no control character", (_, render) => {
    const harmless = render(reportOf("x")).split("\n").length;
    const lines = render(reportOf("a\r\nb\u001b[2J\u2028c\u0085d\u001b]8;;https://evil.example\u0007e")).split("\n");
    expect(lines).toHaveLength(harmless);
    expect(lines.join("")).not.toMatch(/\p{Cc}|\u2028/u);
  });

  it.each(formats)("calls nobody from %s", (format, render) => {
    const said = render(reportOf("hello @here and @acme/owners, ops@acme.example, tailscale/github-action@v4"));
    if (format === "short" || format === "markdown") expect(said).not.toMatch(/(?<!\w)@\w/);
    expect(said).toContain("ops@acme.example");
    expect(said).toContain("tailscale/github-action@v4");
  });

  it("leaves a table of Markdown as it is", () => {
    const said = renderers.markdown(reportOf("a | b \\| c </td> <img src=x> `d` [e](https://evil.example) ![f](x)"));
    const [row = ""] = said.split("\n").filter((line) => line.startsWith("| **"));
    const bare = row.replace(/\\./g, "").replace("`last-run`<br>", "");
    expect(bare.match(/\|/g)).toHaveLength(5);
    expect(bare).not.toMatch(/[<`[!]/);
  });

  it("is shown in part where it is a page long", () => {
    expect(renderers.short(reportOf("x".repeat(1_000_000))).length).toBeLessThan(20_000);
  });
});

describe("what a runner of GitHub Actions reads along", () => {
  const hostile = "::add-mask::acme and ##[error]forged";

  it("is no command of a line of progress", () => {
    let said = "";
    startProgress({ write: (line: string) => (said += line) }, hostile).note(hostile);
    expect(said).not.toMatch(/^\s*::|##\[/m);
    expect(said).toContain("add-mask");
  });

  it("is no command of an error, which acts on no terminal either", async () => {
    const engine = { PATH: createFolder({}) };
    const { exitCode, stderr } = await runVerify(createFolder({}), engine, "--stack", `test/\u001b[2J${hostile}`);
    expect(exitCode).toBe(2);
    expect(stderr).not.toMatch(/^\s*::|##\[/m);
    expect(stderr).not.toContain("\u001b");
  });
});

it("a mistake of the program is no broken link: it exits with 2", async () => {
  let said = "";
  const stream = { write: (line: string) => (said += line) };
  const exitCode = await verify(["--stack", "test"], {
    get directory(): string {
      throw new TypeError(`at a loss with ghp_${"a1b2c3d4".repeat(4)}`);
    },
    ...{ environment: {}, stdout: stream, stderr: stream },
  });
  expect(exitCode).toBe(2);
  expect(said).toContain("at a loss with [secret]");
});

it("a repository that is named twice is one", async () => {
  const directory = createFolder({ "github:owner": "acme", "claude-aperture:repositories": ["app"] });
  const nothing = { PATH: directory, GH_PATH: join(directory, "none") };
  const names = ["app", "acme/app", "ACME/App"];
  const { exitCode, stderr } = await runVerify(directory, nothing, "--stack", "test", "--watch", ...names);
  expect(exitCode).toBe(2);
  expect(stderr).not.toContain("is for one repository");
  expect(stderr).toContain("GITHUB_TOKEN");
});

it("commands name the stack as it was named, with its organisation", async () => {
  const directory = createFolder({ "github:owner": "acme", "claude-aperture:repositories": ["app"] }, "prod");
  const selected = "acme/claude-aperture/prod";
  const pulumi = `case "$2" in --show-name) echo ${selected} ;; *) echo '{}' ;; esac`;
  const nothing = { PATH: createPrograms({ pulumi }), GH_PATH: join(directory, "none") };
  for (const args of [[], ["--stack", selected]]) {
    const { checks } = await readReport(directory, nothing, ...args);
    expect(checks.find(({ id }) => id === "state-read")).toMatchObject({
      fix: { kind: "command", command: `pulumi up --stack ${selected}` },
    });
  }
});
