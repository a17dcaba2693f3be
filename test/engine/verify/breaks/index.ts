/** Every broken link that the tests try, by the link of the chain. */
import type { Break } from "./break.ts";
import { stateBreaks } from "./state.ts";

export const breaks: readonly Break[] = [...stateBreaks];
