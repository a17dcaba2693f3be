/** What Aperture's answers are taken for, and those of whatever stands in front of it. */
import { describe, expect, it } from "vitest";
import { readLists, readOwnConfiguration } from "../../services/aperture/read.ts";

const answering = (status: number, body: string) => ({ fetch: async () => new Response(body, { status }) });
const url = "http://ai";
const problem = JSON.stringify({ title: "Forbidden", status: 403 });
const page = "\n<html>403 Forbidden</html>";

describe("a refusal", () => {
  it("by Aperture is one of the role", async () => {
    expect(await readLists(answering(403, problem), url)).toMatchObject({ kind: "no role" });
    expect(await readOwnConfiguration(answering(403, problem), url)).toBeUndefined();
  });

  it("by a proxy's page says nothing of Aperture", async () => {
    expect(await readLists(answering(403, page), url)).toEqual({ kind: "not Aperture", status: 403 });
    await expect(readOwnConfiguration(answering(403, page), url)).rejects.toThrow("/aperture/config answered 403");
  });
});
