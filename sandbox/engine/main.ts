/** `npm run engine`: prepares the engine and says which one it is. */
import { prepareEngine } from "./index.ts";

try {
  const engine = await prepareEngine({ log: (line) => console.error(line) });
  console.log(engine.description.join("\n"));
  console.log(`PULUMI_HOME ${engine.environment.PULUMI_HOME}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
