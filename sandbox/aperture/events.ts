/** A message as server-sent events: https://docs.anthropic.com/en/api/messages-streaming */
import type { Message } from "./model.ts";

/** Characters that come with one event. */
const pieceLength = 60;

/** The events of a message, in order; `failure` comes in their middle, and ends them. */
export function* eventsOf(message: Message, failure?: object): Generator<{ type: string }> {
  const { content, stop_reason, stop_sequence, usage } = message;
  yield {
    type: "message_start",
    ...{ message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } } },
  };
  yield { type: "ping" };
  for (const [index, block] of content.entries()) {
    const isText = block.type === "text";
    const start = isText ? { type: "text", text: "" } : { ...block, input: {} };
    yield event("content_block_start", { index, content_block: start });
    for (const piece of piecesOf(isText ? block.text : JSON.stringify(block.input))) {
      const delta = isText ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece };
      yield event("content_block_delta", { index, delta });
      if (failure) {
        yield { type: "error", ...failure };
        return;
      }
    }
    yield event("content_block_stop", { index });
  }
  yield event("message_delta", {
    delta: { stop_reason, stop_sequence },
    usage: { output_tokens: usage.output_tokens },
  });
  yield { type: "message_stop" };
}

const event = (type: string, members: object) => ({ type, ...members });

/** By whole characters. */
function piecesOf(text: string): string[] {
  return text.match(new RegExp(`.{1,${pieceLength}}`, "gsu")) ?? [];
}

/** An answer that sends one event after another, each when the one before is taken. */
export function streamEvents(events: Iterator<{ type: string }>, headers: Record<string, string>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    pull(controller) {
      const { done, value } = events.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`));
    },
  });
  return new Response(body, {
    headers: { ...headers, "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" },
  });
}
