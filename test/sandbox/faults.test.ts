import { Hono } from "hono";
import { expect, it } from "vitest";
import { type Fault, faultFor } from "../../sandbox/faults.ts";
import { createService, listen } from "../../sandbox/service.ts";

async function served(use: (url: string, service: ReturnType<typeof createService>, count: () => number) => unknown) {
  let acted = 0;
  const service = createService({}, () => ({}));
  service.app.route(
    "/",
    new Hono().post("/things", (c) => {
      acted += 1;
      return c.json({ acted }, 201);
    }),
  );
  const { url, close } = await listen(service.app);
  try {
    await use(url, service, () => acted);
  } finally {
    await close();
  }
}

const post = (url: string) => fetch(`${url}/things`, { method: "POST" });

it.each<{ fault: Fault; acts: number; status: number }>([
  { fault: { kind: "drop before" }, acts: 0, status: 503 },
  { fault: { kind: "drop after" }, acts: 1, status: 201 },
])("$fault.kind: no answer reaches the client, and the journal has it", ({ fault, acts, status }) =>
  served(async (url, { faults, journal }, count) => {
    faults.choose = faultFor(({ method, path }) => method === "POST" && path === "/things", fault);
    await expect(post(url)).rejects.toThrow();
    expect(count()).toBe(acts);
    expect(journal).toEqual([{ method: "POST", path: "/things", fault: fault.kind, status }]);
    expect((await post(url)).status).toBe(201);
  }),
);

it("an answer replaces the service's own, as often as it was asked for", () =>
  served(async (url, { faults, journal }, count) => {
    const headers = { "retry-after": "7" };
    faults.choose = faultFor(() => true, { kind: "answer", status: 429, body: { message: "slow down" }, headers }, 2);
    for (const _ of [1, 2]) {
      const response = await post(url);
      expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
      expect(await response.json()).toEqual({ message: "slow down" });
    }
    expect(count()).toBe(0);
    expect((await post(url)).status).toBe(201);
    expect(journal.map(({ status }) => status)).toEqual([429, 429, 201]);
  }));
