/** Anthropic's API as the gateway speaks it, heard by the official client. */
import Anthropic from "@anthropic-ai/sdk";
import { expect, it } from "vitest";
import { aperture, model, question, runner } from "./aperture-client.ts";

const tools = [{ name: "Read", input_schema: { type: "object" as const } }];

it("the official client gets one answer, whole and as a stream", async () => {
  const { client, log } = await aperture();
  const whole = await client().messages.create(question);
  const pieces: string[] = [];
  const stream = client()
    .messages.stream(question)
    .on("text", (piece) => pieces.push(piece));
  const streamed = await stream.finalMessage();
  expect(whole).toMatchObject({ type: "message", role: "assistant", model, stop_reason: "end_turn" });
  expect(whole.content).toEqual([{ type: "text", text: expect.stringContaining("`src/shop.ts`") }]);
  expect(streamed).toMatchObject({ content: whole.content, stop_reason: "end_turn", usage: whole.usage });
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join("")).toBe(await stream.finalText());
  expect(log).toMatchObject([whole, streamed].map(({ usage }) => ({ status: 200, outputTokens: usage.output_tokens })));
});

it("the model may want tools to be used first, and then sees their results", async () => {
  const { client } = await aperture();
  const prompt = { role: "user" as const, content: "Read /tmp/pull-request.diff first: README.md is not in it." };
  const request = { ...question, tools, messages: [prompt] };
  const whole = await client().messages.create(request);
  const streamed = await client().messages.stream(request).finalMessage();
  for (const { stop_reason, content } of [whole, streamed]) {
    expect(stop_reason).toBe("tool_use");
    expect(content).toMatchObject([{ type: "tool_use", name: "Read", input: { file_path: "/tmp/pull-request.diff" } }]);
  }
  const [use] = whole.content;
  const result = {
    type: "tool_result" as const,
    tool_use_id: use?.type === "tool_use" ? use.id : "",
    content: [
      { type: "text" as const, text: "     1→# A title\n     2→## modified src/till.ts\n     3→@@ see lib/no.ts" },
    ],
  };
  const messages = [
    prompt,
    { role: "assistant" as const, content: whole.content },
    { role: "user" as const, content: [result] },
  ];
  const { content } = await client().messages.create({ ...request, messages });
  expect(content).toMatchObject([
    { text: expect.stringMatching(/^I have read the change.*\n\n- `src\/till\.ts`: [^\n]*$/) },
  ]);
});

it("a test can say what the model says", async () => {
  const { client, state } = await aperture();
  state.reply = ({ messages }) => `Heard ${messages.length}: \u{1f600}<b>&amp;`.repeat(40);
  const stream = client().messages.stream(question);
  expect(await stream.finalText()).toBe("Heard 1: \u{1f600}<b>&amp;".repeat(40));
});

it("a question gets the same answer each time", async () => {
  const [one, other] = [await aperture(), await aperture()];
  expect((await one.ask(runner)).text).toBe((await other.ask(runner)).text);
});

it.each([
  [429, Anthropic.RateLimitError],
  [500, Anthropic.InternalServerError],
  [502, Anthropic.InternalServerError],
  [529, Anthropic.InternalServerError],
] as const)("an error %i of the provider is the client's error", async (status, kind) => {
  const { client, state, log } = await aperture();
  state.failure = { kind: "status", status };
  await expect(client().messages.create(question)).rejects.toBeInstanceOf(kind);
  await expect(client().messages.stream(question).finalMessage()).rejects.toMatchObject({ status });
  expect(log.map((entry) => entry.status)).toEqual([status, status]);
});

it("an overload comes in the middle of a stream, and stands in the log as what it is", async () => {
  const { client, state, log } = await aperture();
  state.failure = { kind: "overload in mid-stream" };
  const pieces: string[] = [];
  const stream = client()
    .messages.stream(question)
    .on("text", (piece) => pieces.push(piece));
  await expect(stream.finalMessage()).rejects.toThrow("overloaded_error");
  expect(pieces).toHaveLength(1);
  expect(log).toMatchObject([{ status: 200, reason: "the provider broke off: Overloaded" }]);
});

it("of a provider that hangs the client hears nothing until it gives up", async () => {
  const { client, state, log } = await aperture();
  state.failure = { kind: "hang" };
  const stop = new AbortController();
  const asking = client().messages.create(question, { signal: stop.signal });
  asking.catch(() => {});
  await expect.poll(() => state.providerRequests.length).toBe(1);
  expect(log).toEqual([]);
  stop.abort();
  await expect(asking).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
  await expect.poll(() => log).toMatchObject([{ status: 499 }]);
});

it.each([
  ["no JSON", undefined, "body"],
  ["no messages", { ...question, messages: [] }, "messages"],
  ["a role that does not exist", { ...question, messages: [{ role: "boss", content: "x" }] }, "messages.0.role"],
  ["no number of tokens", { ...question, max_tokens: 0 }, "max_tokens"],
])("a request with %s is the client's mistake", async (_, body, where) => {
  const { ask, send } = await aperture();
  const answer = body ? await ask(runner, body) : await send("POST", "/v1/messages", runner);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
  expect(answer.body.error.message).toMatch(new RegExp(`^${where}: `));
});

it("a hook in front of the model can say no, in Anthropic's form", async () => {
  const { client, state, log } = await aperture();
  state.guardrail = ({ messages }) =>
    /shop/.test(JSON.stringify(messages)) ? { status: 400, message: "no shops" } : undefined;
  await expect(client().messages.create(question)).rejects.toMatchObject({
    status: 400,
    error: { type: "error", error: { type: "invalid_request_error", message: "no shops" } },
  });
  expect(log).toMatchObject([{ status: 400, reason: "blocked by a hook: no shops" }]);
  expect(state.providerRequests).toEqual([]);
});

it.each(["/v1/messages/count_tokens", "/v1/chat/completions", "/v1/responses", "/metrics", "/api/quotas"])(
  "what is not modelled is unknown: %s",
  async (path) => {
    const { send, journal } = await aperture();
    expect((await send("POST", path, runner, question)).status).toBe(501);
    expect(journal).toMatchObject([{ path, status: 501, unknown: true }]);
  },
);
