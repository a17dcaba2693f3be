/** What the hand does not do, and what it says then. */
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeAssignments } from "../../../sandbox/assignments.ts";
import { runSandbox, type Stage, startStage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

describe("a command line that says nothing ends with 2 and shows how it is typed", () => {
  it.each([
    [["archiv", "acme/app"], 'There is no command "archiv". Did you mean "archive"?'],
    [
      ["console", "remove-rol", "tag:ci"],
      'There is no command "console remove-rol". Did you mean "console remove-role"?',
    ],
    [
      ["console", "device", "ofline", "ai"],
      'There is no command "console device ofline". Did you mean "console device offline"?',
    ],
    [["consol", "show"], 'There is no command "consol". Did you mean "console"?'],
    [["console", "device"], 'There is no command "console device". There are:\n  console device offline\n'],
    [["sing"], 'There is no command "sing".\nAll commands: npm run sandbox -- do help'],
    [["--reviews", "1"], "No command is given."],
    [["rename", "acme/app"], "NAME is missing.\n\nUsage:    npm run sandbox -- do rename OWNER/NAME NAME\n"],
    [["archive", "acme/app", "now"], '"now" is one word too many'],
    [
      ["archive", "acme/app", "--force"],
      "Unknown option '--force'\n\nUsage:    npm run sandbox -- do archive OWNER/NAME\n",
    ],
    [["protect", "acme/app", "--reviews", "two"], 'COUNT is a whole number, not "two".'],
    [["console", "set-models", "tag:ci"], "MODEL is missing."],
    [["actions", "acme/app", "of"], '"of" is none of off, on, local, selected.'],
    [["edit", "acme/app", "", "text"], "PATH is missing."],
    [["help", "archiv"], 'Did you mean "archive"?'],
  ])("%j", async (args, says) => {
    const { code, stdout, stderr } = await stage.doByHand(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
  });
});

describe("what the world refuses ends with 1, changes nothing and says what there is", () => {
  it.each([
    [["archive", "acme/ap"], "There is no repository acme/ap. Did you mean acme/app?"],
    [["archive", "other/thing"], "There is no repository other/thing. There are acme/app, acme/api, acme/.github."],
    [["unarchive", "acme/app"], "acme/app is not archived."],
    [["rename", "acme/app", "api"], "acme/api exists"],
    [["rename", "acme/app", "umbrella/app"], "A name has no slash: to give it another owner, transfer acme/app."],
    [["unprotect", "acme/app"], "acme/app has neither protection nor rulesets."],
    [["disable-workflow", "acme/app", "claude.yml"], "acme/app has no workflow claude.yml. Its workflows: none."],
    [["delete-secret", "acme/app", "TS_AUDIENCE"], "acme/app has no secret TS_AUDIENCE. Its secrets: none."],
    [["edit", "acme/app", "a.md"], "Give the file's new text, or --from FILE, and not both."],
    [
      ["edit", "acme/app", "a.md", "text", "--from", "package.json"],
      "Give the file's new text, or --from FILE, and not both.",
    ],
    [
      ["edit", "acme/app", "a.md", "--from", "nowhere.md"],
      "nowhere.md cannot be read: ENOENT: no such file or directory, open 'nowhere.md'",
    ],
    [["delete-file", "acme/app", "a.md"], "Branch main of acme/app has no a.md. It has: README.md."],
    [["edit", "acme/app", "/a.md", "text"], '"/a.md" is no path of a file: it begins at the top, without / and dots.'],
    [["aperture", "rename-provider", "openai", "gpt"], "there is no provider openai"],
    [["merge", "acme/app", "7"], "acme/app has no open pull request 7. Open are: none."],
    [["comment", "acme/app", "7", "text"], "no issue or pull request 7"],
    [["console", "remove-role", "tag:web"], "No grant gives tag:web tailscale.com/cap/aperture."],
    [["console", "remove-port", "tag:ci", "443"], "No grant with tag:ci as its source has the port 443."],
    [["console", "set-role", "tag:ci", "user"], "The policy file says so already."],
    [["console", "remove-test", "tag:web"], "No test has tag:web as its source."],
    [["console", "remove-tag", "tag:none"], "tagOwners does not have tag:none."],
    [
      ["console", "delete-credential", "kNone"],
      /^There is no credential kNone\. There are:\n {2}\S+ {2}tag:ci {2}repo:acme\/app:pull_request {2}made by hand$/,
    ],
    [["console", "edit-subject", "kNone", "x"], /^There is no credential kNone\./],
    [["console", "device", "offline", "gateway"], "There is no device gateway. There are ai.acme.ts.net."],
    [
      ["console", "add-identity", "repo:acme/app:*", "tag:none"],
      "requested tags [tag:none] are invalid or not permitted",
    ],
  ] as [string[], string | RegExp][])("%j", async (args, says) => {
    const before = await shownState();
    const { code, stdout, stderr } = await stage.doByHand(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    if (typeof says === "string") expect(stderr).toBe(`${says}\n`);
    else expect(stderr.trimEnd()).toMatch(says);
    expect(await shownState()).toEqual(before);
  });

  it("a policy file that breaks its own test, as the console does", async () => {
    const { code, stderr } = await stage.doByHand(["console", "remove-port", "tag:ci", "80"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The console refuses it: test\(s\) failed\n {2}tag:ci: .*tag:aperture:80/);
  });

  it("a text that is no configuration, as Aperture does", async () => {
    const { code, stderr } = await stage.doByHand(["aperture", "configuration", "-"], "{");
    expect([code, stderr]).toEqual([1, "Aperture refuses it:\n  line 1: not HuJSON\n"]);
  });

  it("a text that is no policy file, as the console does", async () => {
    const { code, stderr } = await stage.doByHand(["console", "policy", "-"], "{");
    expect([code, stderr]).toEqual([1, "The console refuses it: line 1, column 2: expected '}'\n"]);
  });

  it("any edit of a policy file that is managed elsewhere", async () => {
    const { settings } = stage.world.tailscale.state;
    Object.assign(settings, { aclsExternallyManagedOn: true, aclsExternalLink: "https://git.example.com/policy" });
    const { code, stderr } = await stage.doByHand(["console", "remove-role", "tag:ci"]);
    settings.aclsExternallyManagedOn = false;
    expect([code, stderr]).toEqual([
      1,
      "The console's editor is locked: the policy file is managed at https://git.example.com/policy.\n",
    ]);
  });

  it("a change of a repository that is archived, or known by its former name", async () => {
    const { state } = stage.world.github;
    state.add({ name: "acme/past", archived: true });
    state.rename(state.add("acme/first").git && "acme/first", "acme/second");
    const archived = await stage.doByHand(["edit", "acme/past", "a.md", "text"]);
    const renamed = await stage.doByHand(["archive", "acme/first"]);
    state.delete("acme/past");
    state.delete("acme/second");
    expect([archived.stderr, renamed.stderr]).toEqual([
      "acme/past is archived: it takes no change before it is unarchived.\n",
      "acme/first is acme/second now.\n",
    ]);
  });
});

async function shownState(): Promise<unknown> {
  const { github, tailscale } = stage.world;
  return [await github.controlAnswers(), await tailscale.controlAnswers()].map((one) => one["/_sandbox/state"]);
}

describe("without a running sandbox it ends with 1 and says how to start one", () => {
  const start = "Start one in another shell, and wait until it says ready: npm run sandbox\n";
  const again =
    "Start it in another shell (npm run sandbox), then source its file again: set -a; source .sandbox/env; set +a\n";

  it("no file", async () => {
    const { code, stderr } = await runSandbox(["do", "archive", "acme/app", "--assignments", "nowhere/env"]);
    expect([code, stderr]).toEqual([1, `No sandbox runs here: there is no nowhere/env.\n${start}`]);
  });

  it("a file of something else", async () => {
    const path = join(stage.directory, "other");
    writeAssignments(path, { GITHUB_TOKEN: "made-up" });
    const { code, stderr } = await runSandbox(["do", "archive", "acme/app", `--assignments=${path}`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No sandbox runs here: \S+other does not name one\.\n/);
  });

  it("one that has ended, by the shell's environment", async () => {
    const gone = { SANDBOX_HAND_URL: "http://127.0.0.1:9", SANDBOX_HAND_TOKEN: "made-up" };
    const { code, stderr } = await runSandbox(["do", "archive", "acme/app"], gone);
    expect([code, stderr]).toEqual([
      1,
      `The sandbox of this shell's environment has ended: nothing answers at http://127.0.0.1:9.\n${again}`,
    ]);
  });

  it("another one at its port", async () => {
    const environment = { ...stage.hand.environment, SANDBOX_HAND_TOKEN: "made-up-token-of-an-earlier-one" };
    const { code, stderr } = await runSandbox(["do", "archive", "acme/app"], environment);
    expect([code, stderr]).toEqual([
      1,
      `The sandbox of this shell's environment is not the one at ${environment.SANDBOX_HAND_URL} now.\n${again}`,
    ]);
    expect(stage.world.github.state.repository("acme/app").archived).toBe(false);
  });
});

it("finds the sandbox by the shell's environment, also where a proxy is named", async () => {
  const environment = { ...stage.hand.environment, HTTP_PROXY: "http://127.0.0.1:9", NODE_USE_ENV_PROXY: "1" };
  const { code, stdout } = await runSandbox(["do", "console", "devices"], environment);
  expect([code, stdout]).toEqual([0, "ai.acme.ts.net  tag:aperture  100.64.0.5  online\n"]);
});

describe("a request that is not our client's is refused, and changes nothing", () => {
  const body = JSON.stringify({ arguments: ["archive", "acme/app"], files: {} });

  it.each([
    ["no token", { authorization: undefined }],
    ["another token", { authorization: "Bearer made-up" }],
    ["a page of another site", { origin: "https://attacker.example" }],
    ["a page of this very address", { origin: "here" }],
    ["a sandboxed frame", { origin: "null" }],
    ["a form, which needs no leave of ours to be sent", { "content-type": "text/plain" }],
    ["a site whose name leads to this machine", { host: "attacker.example" }],
    ["localhost, which a page may also be served from", { host: "localhost" }],
  ])("%s", async (_, changed) => {
    expect(await post(changed)).toBe(403);
    expect(stage.world.github.state.repository("acme/app").archived).toBe(false);
  });

  it("the same request with all of it right is performed", async () => {
    expect(await post({})).toBe(200);
    expect(stage.world.github.state.repository("acme/app").archived).toBe(true);
  });

  /** The status. Not by `fetch`, which sets `Host` itself. */
  function post(changed: Record<string, string | undefined>): Promise<number | undefined> {
    const { SANDBOX_HAND_URL: url, SANDBOX_HAND_TOKEN: token } = stage.hand.environment;
    const all = { authorization: `Bearer ${token}`, "content-type": "application/json", ...changed };
    const headers = Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value === "here" ? url : value]],
      ),
    );
    return new Promise((resolve, reject) => {
      const sent = request(`${url}/do`, { method: "POST", headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once("error", reject).end(body);
    });
  }
});
