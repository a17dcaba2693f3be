/** Every check is tried, and every break is of a check. */
import { expect, it } from "vitest";
import { howToRows } from "../../../core/checks/how-to.ts";
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

it.each(howToRows.map((row, index) => [row.symptom, row, index + 1] as const))(
  "of the how-to's table: %s, by every check that it may be",
  (_, row, number) => {
    const tried = breaks.filter(({ howTo }) => howTo?.includes(number)).map(({ check }) => check);
    expect([...new Set(tried)].toSorted()).toEqual([...row.checks].toSorted());
  },
);
