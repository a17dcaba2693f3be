/** Every check is tried, and every break is of a check. */
import { expect, it } from "vitest";
import { table } from "../../../core/checks/table.ts";
import { breaks } from "./breaks/index.ts";
import { untried } from "./breaks/untried.ts";

const ids = table.map(({ id }) => id);

it("every check of the table has a break, or a reason to have none", () => {
  const tried = [...breaks.map(({ check }) => check), ...Object.keys(untried)];
  expect(ids.filter((id) => !tried.includes(id))).toEqual([]);
});

it("every break is of a check of the table", () => {
  expect(breaks.map(({ check }) => check).filter((check) => !ids.includes(check))).toEqual([]);
  expect(Object.keys(untried).filter((id) => !ids.includes(id))).toEqual([]);
});

/** The how-to's table of troubles has four rows. */
it.each([1, 2, 3, 4])("row %i of the how-to's table is among them", (row) => {
  expect(breaks.filter(({ howTo }) => howTo?.includes(row)).length).toBeGreaterThan(0);
});
