/** A short story in which everything that a report can show happens once. */
import type { WorkflowJob, WorkflowRun } from "../../../sandbox/github/actions/model.ts";
import type { ActStory, RequestStory, Story } from "../../../sandbox/rehearsal/report/story.ts";

const job: WorkflowJob = {
  id: 11,
  name: "Review",
  status: "completed",
  conclusion: "failure",
  startedAt: "2026-11-26T08:00:02Z",
  completedAt: "2026-11-26T08:01:10Z",
  steps: [
    { number: 1, name: "Set up job", status: "completed", conclusion: "success" },
    { number: 2, name: "Ask Aperture", status: "completed", conclusion: "failure" },
    { number: 3, name: "Claude", status: "completed", conclusion: "skipped" },
  ],
  log: "2026-11-26T08:00:03.1Z ##[group]Ask\n\u001b[31mcurl\u001b[0m: (28)\n##[endgroup]\n##[error]Aperture does not answer\nlast line\n",
  summary: "### Claude did not succeed\n",
  annotations: [{ level: "failure", message: "Aperture does not answer" }],
};

export const run: WorkflowRun = {
  id: 7,
  number: 3,
  attempt: 1,
  path: ".github/workflows/claude.yml",
  name: "Claude Code",
  event: "pull_request",
  action: "opened",
  headSha: "0123456789abcdef0123456789abcdef01234567",
  headBranch: "topic",
  pulls: [5],
  actor: "octocat",
  status: "completed",
  conclusion: "failure",
  createdAt: "2026-11-26T08:00:00Z",
  startedAt: "2026-11-26T08:00:00Z",
  updatedAt: "2026-11-26T08:01:12Z",
  jobs: [job],
};

const request: RequestStory = {
  at: 1.5,
  service: "GitHub",
  method: "GET",
  path: "/user",
  operations: [],
  status: 200,
  isWrite: false,
};

export const up: ActStory = {
  title: "pulumi up",
  explanation: "What happens.",
  begun: 1,
  seconds: 2,
  events: [
    { kind: "command", command: "pulumi up --yes", output: "Updating\n+ 2 created\n", exitCode: 0, seconds: 1.25 },
    { kind: "explanation", text: "That was it." },
    { kind: "text", text: "name: Claude Code" },
    { kind: "text", title: "The whole file", text: "on: push" },
    { kind: "diff", title: "policy", text: "--- before\n+++ after\n@@ -1 +1 @@\n-old\n+new\n same" },
  ],
  requests: [
    request,
    {
      ...request,
      at: 1.75,
      service: "Tailscale",
      method: "POST",
      path: "/api/v2/tailnet/-/acl",
      isWrite: true,
      status: 412,
    },
    { ...request, at: 2, method: "POST", path: "/api/graphql", operations: ["node", "node", "viewer"] },
  ],
  changes: [{ title: "tailnet policy file", text: "@@ -1 +1 @@\n+ours" }],
  checks: [["the update succeeds", true]],
};

export const review: ActStory = {
  title: "A review",
  explanation: "It fails.",
  begun: 3,
  seconds: 75,
  events: [
    { kind: "run", repository: "acme/app", run },
    {
      kind: "gateway",
      entries: [
        {
          ...{
            time: "2026-11-26T08:00:09Z",
            login: "tag:ci",
            tags: ["tag:ci"],
            node: "runner",
            repository: "acme/app",
          },
          ...{
            run: "7",
            provider: "anthropic",
            model: "claude-sonnet-4-6",
            status: 200,
            inputTokens: 120,
            outputTokens: 40,
          },
        },
        { time: "2026-11-26T08:00:10Z", login: "", tags: [], node: "", status: 403, reason: "no role granted" },
      ],
    },
  ],
  requests: [],
  changes: [],
  checks: [
    ["the run is red", true],
    ["the review is there", false],
  ],
};

export const story: Story = {
  begun: "2026-11-26T08:00:00.000Z",
  seconds: 100,
  engine: ["Pulumi 3.259.0"],
  acts: [up, review],
  leftOut: [{ title: "A mention", reason: "act is not to be had" }],
  closing: [["no secret is left", true]],
};
