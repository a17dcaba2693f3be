/**
 * Every way to deliver, to every other one, in one `up`, and at no moment a repository without a workflow that works. With OAuth
 * clients, too: `npm run soak:long`.
 */
import { it } from "vitest";
import { walk } from "./deliveries/tour.ts";
import { ways } from "./deliveries/ways.ts";

const federated = ways.filter(({ identity }) => identity.kind === "federated");

it("each way with a federated identity follows each other one, and people merge in between", async () => {
  await walk(federated, { steps: [1, 2, 3, 4, 5], merges: true });
});
