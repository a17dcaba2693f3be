/** A server of the Model Context Protocol over standard input and output with the tools of its arguments; each says that it was called. */
import { createInterface } from "node:readline";

const tools = process.argv.slice(2).map((name) => ({ name, description: name, inputSchema: { type: "object" } }));

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  const results: Record<string, object> = {
    initialize: {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: "fidelity", version: "1" },
    },
    "tools/list": { tools },
    "tools/call": { content: [{ type: "text", text: `called ${params?.name}` }] },
  };
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result: results[method] ?? {} }));
}
