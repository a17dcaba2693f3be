/** A model on loopback that asks for one tool after another, whatever the answers, and keeps what Claude Code sends it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ToolUse {
  name: string;
  input: object;
}

/** What came of a tool use, as the model is told. */
export interface ToolResult {
  isError: boolean;
  text: string;
}

interface ModelRequest {
  model: string;
  tools?: { name: string }[];
  messages: { content: string | Block[] }[];
}

interface Block {
  type: string;
  tool_use_id?: string;
  is_error?: boolean;
  content?: string | { text?: string }[];
}

export interface Model {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** Every request, `POST /v1/messages?beta=true`; a proxy's begin with the whole URL. */
  requests: string[];
  /** Bodies of the requests for an answer, as text: all that the model got to see. */
  conversation: string[];
  /** Header lines of the requests for an answer. */
  headers: IncomingMessage["headers"][];
  /** Names of the tools that were offered first. */
  tools: string[];
  /** By index of the tool uses. */
  results: (ToolResult | undefined)[];
  close(): void;
}

export interface ModelOptions {
  /** Asked for one at a time, in this order; then the model ends the conversation. */
  toolUses?: readonly ToolUse[];
  /** In place of an answer: never one, or an error of this status. */
  failure?: "silence" | number;
}

export async function startModel({ toolUses = [], failure }: ModelOptions = {}): Promise<Model> {
  const model: Omit<Model, "url" | "close"> = { requests: [], conversation: [], headers: [], tools: [], results: [] };
  let asked = 0;
  const server = createServer(async (request, response) => {
    model.requests.push(`${request.method} ${request.url}`);
    const text = await bodyOf(request);
    if (request.method !== "POST" || !/\/v1\/messages(\?|$)/.test(request.url ?? "")) {
      response.end("{}");
      return;
    }
    model.conversation.push(text);
    model.headers.push(request.headers);
    if (failure === "silence") return;
    if (failure !== undefined) {
      response.writeHead(failure, { "content-type": "application/json" });
      response.end('{"type":"error","error":{"type":"api_error","message":"as the test wants it"}}');
      return;
    }
    const body = JSON.parse(text) as ModelRequest;
    if (model.tools.length === 0) model.tools.push(...(body.tools ?? []).map(({ name }) => name));
    keepResults(body, model.results);
    const next = toolUses[asked];
    if (next !== undefined) asked++;
    answer(response, body.model, next && { ...next, id: `toolu_${asked - 1}` });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { ...model, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function keepResults({ messages }: ModelRequest, results: Model["results"]): void {
  for (const { type, tool_use_id, is_error, content = "" } of messages.flatMap((message) =>
    typeof message.content === "string" ? [] : message.content,
  )) {
    if (type !== "tool_result") continue;
    const text = typeof content === "string" ? content : content.map((part) => part.text ?? "").join("\n");
    results[Number(tool_use_id?.split("_")[1])] = { isError: is_error === true, text };
  }
}

/** Server-sent events of one message: https://docs.anthropic.com/en/api/messages-streaming */
function answer(response: ServerResponse, model: string, toolUse: (ToolUse & { id: string }) | undefined): void {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = { id: "msg_1", type: "message", role: "assistant", model, content: [], stop_reason: null, usage };
  const [block, delta] = toolUse
    ? [
        { type: "tool_use", id: toolUse.id, name: toolUse.name, input: {} },
        { type: "input_json_delta", partial_json: JSON.stringify(toolUse.input) },
      ]
    : [
        { type: "text", text: "" },
        { type: "text_delta", text: "Done." },
      ];
  const events = [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: block },
    { type: "content_block_delta", index: 0, delta },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: toolUse ? "tool_use" : "end_turn" }, usage },
    { type: "message_stop" },
  ];
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}
