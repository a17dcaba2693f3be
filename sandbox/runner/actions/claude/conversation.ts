/** Requests as Claude Code makes them, with Anthropic's own client: streamed, with the tools that a review needs. */
import { randomUUID } from "node:crypto";
import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { type ClaudeTask, effectiveEnvironment } from "./arguments.ts";
import type { StreamMessage } from "./messages.ts";
import { toolsOf } from "./tools.ts";

/** What Claude Code 2.1.240 asks for where nothing names a model, without its mark for a long context. */
const usualModel = "claude-opus-5";
const mostTurns = 20;

type Message = Anthropic.Beta.BetaMessage;
type Param = Anthropic.Beta.BetaMessageParam;

export async function askWithSdk(task: ClaudeTask): Promise<StreamMessage[]> {
  const env = effectiveEnvironment(task, process.env);
  const { flags } = task;
  const model = String(flags.get("model") ?? env.ANTHROPIC_MODEL ?? usualModel).replace(/\[1m\]$/, "");
  const session = randomUUID();
  const baseURL = env.ANTHROPIC_BASE_URL || "https://api.anthropic.com";
  const client = new Anthropic({
    apiKey: env.ANTHROPIC_API_KEY || task.apiKey,
    authToken: null,
    baseURL,
    maxRetries: Number(env.CLAUDE_CODE_MAX_RETRIES ?? 10),
    timeout: Number(env.API_TIMEOUT_MS ?? 600_000),
    fetch: task.fetch as never,
    defaultHeaders: {
      "User-Agent": "claude-cli/2.1.240 (external, claude-code-github-action, agent-sdk/0.3.240)",
      "x-app": "cli",
      "x-claude-code-session-id": session,
      ...customHeaders(env.ANTHROPIC_CUSTOM_HEADERS ?? ""),
    },
  });
  await task.fetch(`${baseURL}/api/hello`, { method: "HEAD" }).catch(() => {});
  const tools = toolsOf(task);
  const messages: Param[] = [{ role: "user", content: task.prompt }];
  const system = [String(flags.get("append-system-prompt") ?? "")].filter(Boolean).join("\n");
  const stream: StreamMessage[] = [{ type: "system", subtype: "init", model, session_id: session }];
  const limit = Number(flags.get("max-turns") ?? mostTurns);

  for (let turn = 1; ; turn++) {
    const request = {
      model,
      max_tokens: 8192,
      messages,
      ...(system ? { system } : {}),
      tools: tools.map(({ definition }) => definition),
    };
    const answer = await ask(client, request).catch((error: unknown) => failureOf(error));
    if ("error" in answer) {
      return [
        ...stream,
        { type: "result", subtype: "success", is_error: true, num_turns: turn, session_id: session, ...answer.error },
      ];
    }
    stream.push({ type: "assistant", message: answer, session_id: session });
    messages.push({ role: "assistant", content: answer.content as never });
    const uses = answer.content.filter((block) => block.type === "tool_use");
    if (uses.length === 0) {
      const result = answer.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
      const { stop_reason } = answer;
      return [
        ...stream,
        {
          type: "result",
          subtype: "success",
          is_error: false,
          num_turns: turn,
          result,
          stop_reason,
          session_id: session,
        },
      ];
    }
    if (turn >= limit) {
      return [
        ...stream,
        { type: "result", subtype: "error_max_turns", is_error: true, num_turns: turn, session_id: session },
      ];
    }
    const results = await Promise.all(
      uses.map(async ({ id, name, input }) => {
        const tool = tools.find(({ definition }) => definition.name === name);
        const { text, isError = false } = tool
          ? await tool.use(input as Record<string, unknown>)
          : { text: `No such tool available: ${name}`, isError: true };
        return { type: "tool_result" as const, tool_use_id: id, content: text, is_error: isError };
      }),
    );
    messages.push({ role: "user", content: results });
    stream.push({ type: "user", message: { role: "user", content: results }, session_id: session });
  }
}

/** What was seen: after a 404 it asks once more, without a stream. */
async function ask(client: Anthropic, request: Anthropic.Beta.MessageCreateParamsNonStreaming): Promise<Message> {
  try {
    return await client.beta.messages.stream(request).finalMessage();
  } catch (error) {
    if (error instanceof APIError && error.status === 404) return client.beta.messages.create(request);
    throw error;
  }
}

function failureOf(error: unknown): { error: { result: string; api_error_status?: number } } {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof APIError ? error.status : undefined;
  const isConnection = error instanceof Anthropic.APIConnectionError;
  if (isConnection)
    return {
      error: { result: `API Error: ${/timed? ?out/i.test(message) ? "Request timed out." : "Connection error."}` },
    };
  return { error: { result: `API Error: ${message}`, ...(status === undefined ? {} : { api_error_status: status }) } };
}

/** One header a line. */
function customHeaders(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => /^([^:]+):\s*(.*)$/.exec(line.trim()));
  return Object.fromEntries(lines.flatMap((line) => (line ? [[line[1] ?? "", line[2] ?? ""]] : [])));
}
