/** Requests of Claude Code that leave for other addresses than Aperture's, unless the step says otherwise. */

/** Evaluation, bootstrap, MCP registry, metrics, events, as they were seen. */
const nonessential = [
  "/api/eval/sdk",
  "/api/claude_cli/bootstrap",
  "/mcp-registry/v0/servers",
  "/api/claude_code/metrics",
  "/api/event_logging/batch",
];

export function listTraffic(env: Readonly<Record<string, string | undefined>>): string[] {
  if (env.CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC) return [];
  return nonessential.map((path) => `https://api.anthropic.com${path}`);
}

/** Whether they arrive is nobody's concern. */
export async function dialAll(fetchInJob: typeof fetch, urls: readonly string[]): Promise<void> {
  await Promise.allSettled(urls.map((url) => fetchInJob(url, { method: "POST" })));
}
