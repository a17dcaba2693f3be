import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { deployerScopes } from "../engine/deployer-scopes.ts";

const root = new URL("../../", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), "utf8");

/** The code spans, without the blocks between fences. */
const codeIn = (text: string) =>
  [...text.replaceAll(/```[\s\S]*?```/g, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);

it("the README asks for exactly the scopes that the tests deploy with", () => {
  const row = /^ *\| Tailscale \|.*$/m.exec(read("README.md"))?.[0] ?? "";
  const scopes = codeIn(row).filter((code) => /^[a-z_:]+$/.test(code));
  expect(scopes.toSorted()).toEqual(deployerScopes.toSorted());
});

it.each(["README.md", "CONTRIBUTING.md", "docs/architecture.md"])("%s names files and folders that exist", (page) => {
  const paths = codeIn(read(page)).filter((code) =>
    /^(core|services|stack|components|provider|sandbox|test|bench|scripts)\/[\w./-]*$/.test(code),
  );
  expect(paths).not.toEqual([]);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

it.each(["README.md", "CONTRIBUTING.md"])("%s names scripts that exist", (page) => {
  const { scripts } = JSON.parse(read("package.json"));
  const names = [...read(page).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = ""]) => name);
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});
