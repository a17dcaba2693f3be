/** Lines of Claude Code's stream, as the execution file has them. https://code.claude.com/docs/en/agent-sdk/typescript */
export interface StreamMessage {
  type: "system" | "assistant" | "user" | "result";
  subtype?: string;
  model?: string;
  session_id?: string;
  message?: object;
  is_error?: boolean;
  num_turns?: number;
  result?: string;
  stop_reason?: string | null;
  api_error_status?: number;
}
