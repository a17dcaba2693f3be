/** What is in the way of the first `pulumi up`: `npm run verify -- --before`. */
import { beforeBreaks } from "./breaks/before.ts";
import { tryBreaks } from "./try-breaks.ts";

tryBreaks(beforeBreaks, { isSetUp: false });
