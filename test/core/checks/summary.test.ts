import { describe, expect, it } from "vitest";
import { renderers } from "../../../commands/verify/render/index.ts";
import { describeCounts } from "../../../commands/verify/report.ts";
import type { Result, Verdict } from "../../../core/checks/check.ts";
import { judge, type Row } from "../../../core/checks/judge.ts";
import { summarise } from "../../../core/checks/summary.ts";
import { broken, command, link, ok, skip, unknown, wait } from "../../../core/checks/verdicts.ts";

const slugs = Array.from({ length: 500 }, (_, index) => `acme/app-${index}`);

const result = (repository: string | undefined, verdict: Verdict, values: Partial<Result> = {}): Result => ({
  ...{ id: "policy-role", category: "policy", phase: "after", severity: "error", title: "The grant gives the role" },
  ...(repository === undefined ? {} : { repository }),
  verdict,
  ...values,
});

const reportOf = (results: readonly Result[], names: readonly string[] = slugs) => ({
  ...{ stack: "prod", results, isBefore: false },
  summary: summarise(results, names),
});

describe("the answer", () => {
  it("counts the repositories by how they stand", () => {
    const results = slugs.map((slug, index) => {
      if (index < 2) return result(slug, broken("It has no role.", command("pulumi up --stack prod")));
      return result(slug, index === 2 ? unknown("GitHub answered 403.") : ok());
    });
    const report = reportOf(results);
    expect(describeCounts(report)).toBe("500 repositories: 497 work, 2 broken, 1 cannot be told from here");
    expect(report.summary.exitCode).toBe(1);
  });

  it.each([
    ["works", ok(), 0],
    ["works", skip("it does not apply"), 0],
    ["waits", wait("Pull request #1 waits to be merged."), 0],
    ["unknown", unknown("GitHub answered 403."), 2],
    ["broken", broken("It has no role.", link("https://example.com", "there")), 1],
  ] as const)("is %s", (standing, verdict, exitCode) => {
    const { repositories, ...summary } = summarise([result("acme/app", verdict)], ["acme/app"]);
    expect([repositories[0]?.standing, summary.exitCode]).toEqual([standing, exitCode]);
  });

  it("is not changed by a warning, nor by one that cannot be told", () => {
    const verdicts = [broken("It is wide.", command("pulumi up --stack prod")), unknown("GitHub answered 403.")];
    const { exitCode, counts } = summarise(
      verdicts.map((verdict) => result("acme/app", verdict, { severity: "warning" })),
      ["acme/app"],
    );
    expect([exitCode, counts.works]).toEqual([0, 1]);
  });

  it("is that of the stack for each repository where something is broken for all", () => {
    const { counts, exitCode } = summarise([result(undefined, broken("x.", command("pulumi up --stack prod")))], slugs);
    expect([counts.broken, exitCode]).toEqual([500, 1]);
  });
});

describe("a broken link", () => {
  const results = slugs.map((slug) => result(slug, broken("It has no role.", command("pulumi up --stack prod"))));

  it("is explained once, however many repositories share it", () => {
    const { findings } = summarise(results, slugs);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.repositories).toEqual(slugs);
    for (const format of ["table", "markdown"] as const) {
      const text = renderers[format](reportOf(results));
      expect(text.split("It has no role.")).toHaveLength(2);
      expect(text).toContain("in 500 repositories: acme/app-0, acme/app-1, acme/app-2 and 497 more");
    }
  });

  it("is explained once where each has a fix of its own, which --short names", () => {
    const own = ["acme/app", "acme/api"].map((slug) =>
      result(slug, wait("It has not run.", link(`https://example.com/${slug}`, "Try it"))),
    );
    const report = reportOf(own, ["acme/app", "acme/api"]);
    expect(report.summary.findings).toHaveLength(1);
    expect(renderers.table(report)).toContain("  Fix, in each its own: Try it: https://example.com/acme/app\n");
    expect(renderers.markdown(report)).toContain("| in each its own: Try it: https://example.com/acme/app |");
    expect(renderers.short(report)).toBe(
      [
        "acme/app: waits. policy-role: It has not run. (Try it: https://example.com/acme/app)",
        "acme/api: waits. policy-role: It has not run. (Try it: https://example.com/acme/api)",
        "2 repositories: 0 work, 2 wait for a merge or a first run",
        "",
      ].join("\n"),
    );
  });

  it("makes no long table: those that stand alike have one row beyond the first twenty", () => {
    const lines = renderers.table(reportOf(results)).split("\n");
    expect(lines.filter((line) => line.startsWith("acme/app-"))).toHaveLength(20);
    expect(lines).toContain("and 480 like these  BROKEN");
  });

  it("skips what depends on it, with why, and each is in the JSON", () => {
    const row = (id: string, verdict: Verdict, needs?: string[]): Row => ({
      ...{ id, category: "policy", phase: "after", scope: "repository", severity: "error", title: id },
      ...{ reads: "x", cause: "x", fix: "x", ...(needs ? { needs } : {}) },
      judge: () => verdict,
    });
    const rows = [
      row("one", broken("No.", command("pulumi up --stack prod"))),
      row("two", ok(), ["one"]),
      row("three", ok(), ["two"]),
    ];
    const facts = { settings: { slug: "acme/app" } };
    const judged = judge(rows as unknown as Row<object, typeof facts>[], {}, [facts]);
    const { checks } = JSON.parse(renderers.json(reportOf(judged, ["acme/app"])));
    expect(checks.map(({ id, status, reason }: Record<string, string>) => [id, status, reason])).toEqual([
      ["one", "broken", "No."],
      ["two", "skipped", "one is broken"],
      ["three", "skipped", "two was skipped"],
    ]);
  });

  it("cannot speak to a terminal or to a page, whatever names are in it", () => {
    const name = "\u001b[31mred\u0007 <img src=x> | `code` [a](b)";
    const row: Row = {
      ...{ id: "one", category: "policy", phase: "after", scope: "repository", severity: "error", title: "One" },
      ...{ reads: "x", cause: "x", fix: "x" },
      judge: () => broken(name, link(`https://example.com/${name}`, name)),
    };
    const facts = { settings: { slug: "acme/app" } };
    const judged = judge([row] as unknown as Row<object, typeof facts>[], {}, [facts]);
    for (const render of Object.values(renderers)) {
      const text = render(reportOf(judged, ["acme/app"]));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    }
    expect(renderers.markdown(reportOf(judged, ["acme/app"]))).not.toContain("<img");
  });
});
