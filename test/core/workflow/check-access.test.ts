import { describe, expect, it } from "vitest";
import { runScript } from "./run-script.ts";

/** GitHub as far as the script asks it: alice's permission in acme/app. */
function withPermission(permission: string) {
  const asked: object[] = [];
  const getCollaboratorPermissionLevel = async (question: object) => {
    asked.push(question);
    return { data: { permission, role_name: "write", user: { permissions: { admin: true } } } };
  };
  return { asked, github: { rest: { repos: { getCollaboratorPermissionLevel } } } };
}

describe("Check write access", () => {
  it.each([
    ["admin", true],
    ["write", true],
    ["read", false],
    ["none", false],
  ])("%s: %s", async (permission, granted) => {
    const { asked, github } = withPermission(permission);
    const { outputs, log } = await runScript("check-access", { github });
    expect(outputs).toEqual({ granted });
    expect(log).toEqual([`alice has write access: ${granted}`]);
    expect(asked).toEqual([{ owner: "acme", repo: "app", username: "alice" }]);
  });

  it("is red when GitHub does not answer the question", async () => {
    const getCollaboratorPermissionLevel = async () => {
      throw new Error("Resource not accessible by integration");
    };
    const github = { rest: { repos: { getCollaboratorPermissionLevel } } };
    await expect(runScript("check-access", { github })).rejects.toThrow("Resource not accessible");
  });
});
