/** Messages as clients and model exchange them: https://docs.anthropic.com/en/api/messages */
import { z } from "zod";

/** A content block of a message; what else it has is passed over. */
export interface Block {
  type: string;
  text?: string | undefined;
  content?: string | Block[] | undefined;
}

export type ModelRequest = z.output<typeof modelRequest>;

const block: z.ZodType<Block> = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  get content() {
    return z.union([z.string(), z.array(block)]).optional();
  },
});

export const modelRequest = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  messages: z
    .array(z.looseObject({ role: z.enum(["user", "assistant"]), content: z.union([z.string(), z.array(block)]) }))
    .min(1),
  system: z.union([z.string(), z.array(block)]).optional(),
  stream: z.boolean().optional(),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
});

export interface ToolUse {
  name: string;
  input: object;
}

/** What the model behind the provider says: the end of its turn, or tools that it wants to be used first. */
export type ModelAnswer = { text: string } | { toolUses: ToolUse[]; text?: string };

/** The model: from a request to what it answers; a string is its whole turn. */
export type Model = (request: ModelRequest) => string | ModelAnswer | Promise<string | ModelAnswer>;

/** One finished message of the model. */
export type Message = ReturnType<typeof messageOf>;

/** The message that carries an answer. Token counts are a guess, four characters each. */
export function messageOf({ model, messages, system, tools }: ModelRequest, said: string | ModelAnswer, id: string) {
  const answer = typeof said === "string" ? { text: said } : said;
  const toolUses = "toolUses" in answer ? answer.toolUses : [];
  const content = [
    ...(answer.text === undefined ? [] : [{ type: "text" as const, text: answer.text }]),
    ...toolUses.map(({ name, input }, index) => ({
      type: "tool_use" as const,
      id: `toolu_${id}_${index}`,
      name,
      input,
    })),
  ];
  return {
    id: `msg_${id}`,
    type: "message" as const,
    role: "assistant" as const,
    model,
    content,
    stop_reason: toolUses.length > 0 ? ("tool_use" as const) : ("end_turn" as const),
    stop_sequence: null,
    usage: { input_tokens: countTokens({ messages, system, tools }), output_tokens: countTokens(content) },
  };
}

export function countTokens(value: unknown): number {
  return Math.max(1, Math.ceil(JSON.stringify(value).length / 4));
}

/** All text that users wrote, and results of tools, the newest message first. */
export function userTexts({ messages }: ModelRequest): string[] {
  return messages
    .filter(({ role }) => role === "user")
    .toReversed()
    .flatMap(({ content }) => textsIn(content));
}

/** The result of a tool is a block that has blocks in it, or a text. */
function textsIn(content: string | Block[]): string[] {
  if (typeof content === "string") return [content];
  return content.flatMap(({ text, content: result }) => text ?? (result === undefined ? [] : textsIn(result)));
}
