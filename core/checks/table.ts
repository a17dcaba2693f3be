/** Every check of `npm run verify`, in the order in which it is made. The code, docs/troubleshooting.md and the tests come from it. */
import type { Row } from "./judge.ts";
import { stateRows } from "./rows/state.ts";

export const table: readonly Row[] = [...stateRows];
