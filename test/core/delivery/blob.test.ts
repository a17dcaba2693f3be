import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { gitBlobOid } from "../../../core/delivery/blob.ts";

describe("the id of a text is Git's own", () => {
  it.each([
    ["of nothing", "", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"],
    ["of a line", "what is up, doc?", "bd9dbf5aae1a3862dd1526723246b20206e5fc37"],
  ])("%s, as Git's book has it", (_, text, oid) => {
    expect(gitBlobOid(text)).toBe(oid);
  });

  it.each(["on: push\n", "ä 💡\r\n\ttabs\n", "x".repeat(100_000)])(
    "%#: as git hash-object counts it, in bytes",
    (text) => {
      const oid = execFileSync("git", ["hash-object", "--stdin"], { input: text, encoding: "utf8" }).trim();
      expect(gitBlobOid(text)).toBe(oid);
    },
  );
});
