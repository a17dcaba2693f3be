/** The function `deliverFiles`: commits files that stand in the state, before the turn of their own resources. */
import { type OperationContext, OperationError } from "../resource.ts";
import type { PropertyMap } from "../structs.ts";
import { commitFile } from "./commit.ts";
import { inWords } from "./context.ts";
import { parseInputs } from "./inputs.ts";

/** All at once: GitHub takes several commits in one request. */
export async function deliverFiles(given: OperationContext, files: PropertyMap[]): Promise<void> {
  await inWords(given, (context) =>
    Promise.all(
      files.map((properties) => {
        const parsed = parseInputs(properties);
        if (parsed.kind !== "known") throw new OperationError(`A file to deliver is ${parsed.kind}.`);
        const { wanted } = parsed;
        return commitFile(context, wanted, { path: wanted.content.path }, false);
      }),
    ),
  );
}
