/** The real Claude CLI, started as the action starts it. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { ActionSettings } from "../../network/network.ts";
import type { ClaudeTask } from "./arguments.ts";
import type { StreamMessage } from "./messages.ts";

export async function askWithCli(task: ClaudeTask, { claude = "" }: ActionSettings): Promise<StreamMessage[]> {
  const args = ["-p", task.prompt, "--output-format", "stream-json", "--verbose", ...task.words];
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: _token, ...env } = process.env;
  const child = spawn(claude, args, {
    cwd: process.env.GITHUB_WORKSPACE,
    env: { ...env, ANTHROPIC_API_KEY: task.apiKey, CLAUDE_CODE_ENTRYPOINT: "claude-code-github-action" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const messages: StreamMessage[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) messages.push(JSON.parse(line) as StreamMessage);
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (messages.length === 0) throw new Error(`Claude Code ended with exit code ${code}: ${complaints.slice(-2000)}`);
  return messages;
}
