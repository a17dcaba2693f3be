/** The file by which Claude sees the change. */
import { describe, expect, it } from "vitest";
import { runScript } from "./run-script.ts";

const files = [
  { status: "modified", filename: "src/a.ts", patch: "@@ -1 +1 @@\n-a\n+b" },
  { status: "added", filename: "logo.png" },
];
const pull = { number: 7, title: "A title `id` $(id)", body: "The description." };

/** What the script writes, and whether it asked GitHub. */
async function collect(payload: object, listed: object[] = files) {
  let asked: object[] = [];
  const { written } = await runScript("collect-pull-request", () => {
    asked = [];
    const listFiles = async () => ({ data: [] });
    const paginate = async (route: unknown, args: object) => {
      expect(route).toBe(listFiles);
      asked.push(args);
      return listed;
    };
    return {
      github: { paginate, rest: { pulls: { listFiles } } },
      context: { payload },
      env: { RUNNER_TEMP: "/runner/_temp" },
    };
  });
  return { asked, written };
}

describe("Collect the pull request", () => {
  it.each([
    ["pull_request", { pull_request: pull }],
    ["a comment on a line", { pull_request: pull, comment: { body: "x" } }],
    ["a comment in the conversation", { issue: { ...pull, pull_request: {} } }],
  ])("%s: writes title, description and patches", async (_, payload) => {
    expect(await collect(payload)).toEqual({
      asked: [{ owner: "acme", repo: "app", pull_number: 7, per_page: 100 }],
      written: {
        "/runner/_temp/pull-request.diff": `# A title \`id\` $(id)

The description.
## modified src/a.ts
@@ -1 +1 @@
-a
+b

## added logo.png
(no patch)
`,
      },
    });
  });

  it("writes nothing for an issue", async () => {
    expect(await collect({ issue: pull })).toEqual({ asked: [], written: {} });
  });

  it("takes a pull request without description and files", async () => {
    const { written } = await collect({ pull_request: { ...pull, body: null } }, []);
    expect(Object.values(written)).toEqual(["# A title `id` $(id)\n\n"]);
  });
});
