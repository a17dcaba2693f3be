import { expect, it } from "vitest";
import { gitBlobOid } from "../../../core/delivery/blob.ts";

it.each([
  // `git hash-object` of the same bytes.
  ["", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"],
  ["hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"],
  ["ä€😀\r\n", "eb4bf6026bc81c820990f0163c8e2dedf9fecac9"],
])("names %j as git does", (text, oid) => {
  expect(gitBlobOid(text)).toBe(oid);
});
