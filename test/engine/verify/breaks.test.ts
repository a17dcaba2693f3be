/** Every link that somebody can break after `pulumi up`. */
import { breaks } from "./breaks/index.ts";
import { tryBreaks } from "./try-breaks.ts";

tryBreaks(breaks, { isSetUp: true });
