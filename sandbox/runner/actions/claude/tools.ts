/** Tools that the model is offered, as far as a review needs them. */
import { readFile } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type Anthropic from "@anthropic-ai/sdk";
import type { ClaudeTask } from "./arguments.ts";

interface ToolAnswer {
  text: string;
  isError?: boolean;
}

interface Tool {
  definition: Anthropic.Beta.BetaTool;
  use(input: Record<string, unknown>): Promise<ToolAnswer>;
}

const inlineComment = "mcp__github_inline_comment__create_inline_comment";

export function toolsOf(task: ClaudeTask): Tool[] {
  const allowed = String(task.flags.get("allowedTools") ?? "");
  const available = task.flags.get("tools");
  const all: Tool[] = [
    {
      definition: {
        name: "Read",
        description: "Reads a file",
        input_schema: { type: "object", properties: { file_path: { type: "string" } }, required: ["file_path"] },
      },
      use: ({ file_path }) => read(String(file_path), allowed),
    },
  ];
  if (allowed.includes(inlineComment)) {
    const properties = Object.fromEntries(["path", "body"].map((name) => [name, { type: "string" }]));
    all.push({
      definition: {
        name: inlineComment,
        description: "Comments on a line of the pull request",
        input_schema: {
          type: "object",
          properties: { ...properties, line: { type: "number" }, confirmed: { type: "boolean" } },
        },
      },
      use: (input) => comment(task, input),
    });
  }
  return all.filter(
    ({ definition: { name } }) =>
      available === undefined || name.startsWith("mcp__") || String(available).split(",").includes(name),
  );
}

/** Files of the checkout, and those that a rule names: `Read(//tmp/x.diff)`. */
async function read(path: string, allowed: string): Promise<ToolAnswer> {
  const checkout = process.env.GITHUB_WORKSPACE ?? "";
  const full = resolve(checkout, path);
  const isInside = full.startsWith(checkout + sep) && !full.startsWith(resolve(checkout, ".git") + sep);
  const isNamed = allowed.split(",").includes(`Read(/${full})`);
  if (!isInside && !isNamed) return { text: `Permission to read ${path} has been denied.`, isError: true };
  return readFile(full, "utf8").then(
    (text) => ({
      text: text
        .split("\n")
        .map((line, index) => `${String(index + 1).padStart(6)}\t${line}`)
        .join("\n"),
    }),
    () => ({ text: "File does not exist.", isError: true }),
  );
}

async function comment(
  { context, github, inlineComments, fetch }: ClaudeTask,
  input: Record<string, unknown>,
): Promise<ToolAnswer> {
  const { repo, payload, issue } = context;
  // What is not confirmed is kept, and shown to a model elsewhere before it is posted.
  if (inlineComments === "classified" && input.confirmed !== true) {
    await fetch("https://api.anthropic.com/v1/messages", { method: "POST", body: String(input.body) }).catch(() => {});
  }
  const { data } = await github.rest.pulls.createReviewComment({
    ...repo,
    pull_number: issue.number,
    commit_id: payload.pull_request?.head.sha ?? "",
    path: String(input.path),
    line: Number(input.line),
    side: "RIGHT",
    body: String(input.body),
  });
  return { text: JSON.stringify({ success: true, comment_id: data.id }) };
}
