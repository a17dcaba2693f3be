/** `npm run sandbox` as a person uses it: the file of assignments, the line that says ready, pulumi by hand, Ctrl-C. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

const root = join(import.meta.dirname, "..", "..");

async function startSandbox(...args: string[]) {
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-sandbox-"));
  const environmentFile = join(directory, "env");
  const child = spawn(process.execPath, ["sandbox/main.ts", "--assignments", environmentFile, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    await stop(child);
    rmSync(directory, { recursive: true, force: true });
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (/^ready/m.test(output)) resolve();
    });
    child.once("exit", (code) => reject(new Error(`ended with ${code}:\n${output}`)));
  });
  return { child, directory, environmentFile, output: () => output };
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGINT");
  });
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** The assignments as a shell reads them. */
function sourced(environmentFile: string): Record<string, string> {
  const script = `set -a; . "$1"; set +a; "$2" -e 'console.log(JSON.stringify(process.env))'`;
  return JSON.parse(execFileSync("sh", ["-c", script, "sh", environmentFile, process.execPath], { encoding: "utf8" }));
}

it("writes what a shell needs, serves journal and state, and cleans up on Ctrl-C", async () => {
  const { child, environmentFile, directory } = await startSandbox(
    "--repositories",
    "acme/one,acme/two",
    "--latency",
    "1",
  );
  const environment = sourced(environmentFile);
  for (const name of ["PULUMI_HOME", "PULUMI_BACKEND_URL", "TAILSCALE_API_KEY", "GITHUB_TOKEN"])
    expect(environment[name], name).toBeTruthy();
  expect(environment.PULUMI_CONFIG_PASSPHRASE).toBe("");

  const pulumi = (...args: string[]) =>
    execFileSync("pulumi", args, { cwd: directory, env: environment, encoding: "utf8" });
  expect(pulumi("version")).toMatch(/^v\d+\.\d+\.\d+/);

  const { SANDBOX_TAILSCALE_URL, SANDBOX_GITHUB_URL, SANDBOX_APERTURE_URL } = environment;
  for (const url of [SANDBOX_TAILSCALE_URL, SANDBOX_GITHUB_URL, SANDBOX_APERTURE_URL]) {
    await fetch(`${url}/nowhere`);
    const journal = (await (await fetch(`${url}/_sandbox/journal`)).json()) as object[];
    expect(journal).toEqual([{ method: "GET", path: "/nowhere", status: 501, unknown: true }]);
  }
  const state = await (await fetch(`${SANDBOX_GITHUB_URL}/_sandbox/state`)).json();
  for (const name of ["acme/two", "acme/.github"]) expect(JSON.stringify(state)).toContain(name);
  expect(await (await fetch(`${SANDBOX_APERTURE_URL}/admin/`)).text()).toContain("No request so far.");

  const backend = fileURLToPath(environment.PULUMI_BACKEND_URL ?? "");
  expect(existsSync(backend)).toBe(true);

  await stop(child);
  expect(child.exitCode).toBe(0);
  expect(existsSync(environmentFile)).toBe(false);
  expect(existsSync(backend)).toBe(false);
});

it("begins with the policy file that it is given", async () => {
  const { environmentFile } = await startSandbox("--policy", join(root, "sandbox", "example-policy.hujson"));
  const { SANDBOX_TAILSCALE_URL, TAILSCALE_API_KEY } = sourced(environmentFile);
  const answer = await fetch(`${SANDBOX_TAILSCALE_URL}/api/v2/tailnet/-/acl`, {
    headers: { authorization: `Bearer ${TAILSCALE_API_KEY}`, accept: "application/hujson" },
  });
  expect(await answer.text()).toBe(readFileSync(join(root, "sandbox", "example-policy.hujson"), "utf8"));
});

it("runs workflows in a tailnet with --runner, says how they end, and ends whole", async () => {
  const { child, environmentFile, output } = await startSandbox("--runner");
  const [, controlUrl] = /^Tailnet {3}(http:\S+)/m.exec(output()) ?? [];
  expect((await fetch(`${controlUrl}/key?v=1`)).status).toBe(200);
  const work = (name: string, command: string) =>
    JSON.stringify({ name, on: "push", jobs: { one: { "runs-on": "ubuntu-latest", steps: [{ run: command }] } } });
  for (const text of [work("Good", "echo hello"), work("Bad", "exit 1")])
    execFileSync(
      process.execPath,
      ["sandbox/main.ts", "do", "edit", "acme/app", ".github/workflows/x.yml", text, "--assignments", environmentFile],
      { cwd: root },
    );
  await expect.poll(output).toMatch(/^acme\/app {2}Good, push by \S+: success$/m);
  await expect.poll(output).toMatch(/^acme\/app {2}Bad, push by \S+: failure in "Run exit 1"$/m);
  await stop(child);
  expect(child.exitCode).toBe(0);
  await expect(fetch(`${controlUrl}/key?v=1`)).rejects.toThrow("fetch failed");
});

it("lets a node join as docs/sandbox.md says", async () => {
  const directory = mkdtempSync(join(tmpdir(), "claude-aperture-policy-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const capabilities = [{ role: "user" }, { models: "anthropic/claude-haiku-*" }];
  const app = { "tailscale.com/cap/aperture": capabilities };
  const grants = [{ src: ["tag:ci"], dst: ["tag:aperture"], ip: ["tcp:80"], app }];
  const policy = join(directory, "policy.json");
  writeFileSync(policy, JSON.stringify({ tagOwners: { "tag:ci": [], "tag:aperture": [] }, grants }));
  const { environmentFile } = await startSandbox("--runner", "--policy", policy);
  const page = readFileSync(join(root, "docs", "sandbox.md"), "utf8");
  const [, commands = ""] = /<!-- join -->\n```sh\n(.*?)\n```/s.exec(page) ?? [];
  const script = `set -a; . "$1"; set +a\n${commands.replaceAll(":1055", `:${await freePort()}`)}`;
  const environment = { ...process.env, TMPDIR: directory };
  const output = execFileSync("sh", ["-ec", script, "sh", environmentFile], { encoding: "utf8", env: environment });
  expect(output).toContain('"id":"claude-haiku-');
  expect(output).not.toContain("sonnet");
});

it.each([
  [["--store", "odd"], "--store takes raw or canonical"],
  [["--latency", "fast"], "--latency takes a whole number"],
  [["--repositories", "app"], "--repositories takes owner/name"],
  [["--colour"], "--colour"],
])("%j is refused with the usage", (args, message) => {
  let stderr = "";
  try {
    execFileSync(process.execPath, ["sandbox/main.ts", ...args], { cwd: root, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    stderr = (error as { stderr: string }).stderr;
  }
  expect(stderr).toContain(message);
  expect(stderr).toContain("--port-base N");
});
