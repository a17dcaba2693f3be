import { describe, expect, it, onTestFinished } from "vitest";
import { startGitHub, type TokenOptions } from "../../../sandbox/github/index.ts";
import { connectToGitHub } from "../../../services/github/connection.ts";
import { listSecretNames } from "../../../services/github/secrets.ts";

async function start(options: Partial<TokenOptions> = {}) {
  const token = "ghp_exampleOfSecrets";
  const github = await startGitHub({ repositories: ["acme/app"], tokens: [{ token, ...options }] });
  onTestFinished(() => github.close());
  return { github, connection: connectToGitHub({ baseUrl: github.url, token }, {}) };
}

describe("the names of a repository's secrets", () => {
  it.each([0, 1, 99, 100, 101])("are all of %i", async (count) => {
    const { github, connection } = await start();
    const names = Array.from({ length: count }, (_, index) => `NAME_${String(index).padStart(3, "0")}`);
    for (const name of names) github.state.repository("acme/app").secrets.set(name, "x");
    expect(await listSecretNames(connection, "acme/app")).toEqual({ kind: "names", names });
    expect(github.journal).toHaveLength(count > 100 ? 2 : 1);
  });

  it("are refused to who may not write them, in GitHub's words", async () => {
    const { connection } = await start({ permission: "write" });
    const said = expect.stringContaining("Must have admin rights to Repository.");
    expect(await listSecretNames(connection, "acme/app")).toEqual({ kind: "refused", said });
  });

  it("are not taken from a limit, which ends the run", async () => {
    const { connection } = await start({ rateLimit: 1 });
    await listSecretNames(connection, "acme/app");
    await expect(listSecretNames(connection, "acme/app")).rejects.toMatchObject({ status: 403 });
  });
});
