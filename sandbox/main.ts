/** `npm run sandbox`: starts the loopback world, or has a hand in the one that runs. */
import { parseArgs } from "node:util";

/** The first word, wherever `--assignments FILE` stands. */
const { positionals } = parseArgs({
  options: { assignments: { type: "string" } },
  strict: false,
  allowPositionals: true,
});

if (positionals[0] === "do") {
  const args = process.argv.slice(2);
  const { doByHand } = await import("./hand/client.ts");
  process.exitCode = await doByHand(args.toSpliced(args.indexOf("do"), 1));
} else {
  await import("./serve.ts");
}
