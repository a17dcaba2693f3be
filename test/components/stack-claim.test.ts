import { expect, it } from "vitest";
import { StackClaim } from "../../components/stack-claim.ts";
import { inspect, record, settled } from "./mocks.ts";

it("tells the provider where to look; its id is unknown in the first preview", async () => {
  const recorder = await record({ preview: true });
  const args = { owner: "acme/prod", takeOver: true, repositories: ["acme/app"], workflows: [] };
  const claim = new StackClaim("claim", args);
  await settled();
  expect(recorder.the("claude-aperture:index:StackClaim", "claim").inputs).toEqual(args);
  expect(await inspect(claim.id)).toMatchObject({ known: false });
});
