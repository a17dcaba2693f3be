import { describe, expect, it } from "vitest";
import {
  findNameInAddress,
  hasOtherApi,
  isAudience,
  isCallableBranch,
  isClientId,
  isCommitMessage,
  isEnvironmentName,
  isHostname,
  isLabel,
  isModelName,
  isOneLine,
  isOtherSystem,
  isOwnerName,
  isPrintable,
  isRepositoryName,
  isRepositorySlug,
  isTriggerPhrase,
  isWorkflowPath,
  promptLength,
} from "../../../core/workflow/names.ts";

const long = (length: number) => "x".repeat(length);

/** The predicate, what it takes, what it refuses. */
const rows: [(text: string) => boolean, string[], string[]][] = [
  [
    isHostname,
    ["ai", "AI", "ai.example.ts.net", "100.64.0.5", long(63)],
    ["", "ai.", ".ai", "-ai", "ai_2", "http://ai", "ai:80", "a b", "ai\n", long(64), `${"a.".repeat(127)}aa`],
  ],
  [
    isModelName,
    ["claude-sonnet-4-6", "claude-opus-5[1m]", "us.anthropic.claude:0", "a/b", "x@2026"],
    ["", "a$x", "-x", ".x", "claude-*", "a b", 'a"b', "a[2m]", "a`b", "a\n", long(257)],
  ],
  [
    isTriggerPhrase,
    ["@claude", "/review", "#ai", "!ai", "claude", "hey claude", "@claude-2_x", "клод", "@ß é", long(50)],
    [
      ...[
        "",
        "a",
        "@",
        "@ claude",
        "@@claude",
        " @claude",
        "@claude ",
        "hey  claude",
        "@claude!",
        "@claude.",
        "a.b",
        "a@b",
      ],
      ...[
        "@claude'",
        "@cl'||true||'aude",
        '@"claude"',
        "@claude\n",
        "a\nb",
        "a\tb",
        "a\u00a0b",
        "${{ x }}",
        "a+",
        "(a)",
      ],
      ...["a|b", "a\\b", "[ab]", "^ab", "ab$", "a*", "😀😀", long(51)],
    ],
  ],
  [
    isWorkflowPath,
    [".github/workflows/claude.yml", ".github/workflows/a.b-c_d.yaml"],
    [
      "claude.yml",
      ".github/workflows/a/b.yml",
      ".github/workflows/../b.yml",
      ".github/workflows/.yml",
      ".github/workflows/a.yml\n",
    ],
  ],
  [
    isEnvironmentName,
    ["claude", "prod:eu", "A name with spaces", "$x", "ü"],
    ["", " prod", "prod ", "*", "${{ x }}", "a\nb", "a\tb", "a\u2028b", "a\0b", "\ud800", long(256)],
  ],
  [isOneLine, ["x", long(255), "😀"], ["", " ", "a\r", "\u0085", "\ufeff", "\uffff", long(256)]],
  [
    isPrintable,
    ["", "a\tb\r\nc", "😀", "\u0085"],
    ["\0", "\u001b[2J", "\u007f", "\u0080", "\ud800", "\udc00", "\ufeff", "\uffff"],
  ],
  [
    isOtherSystem,
    [
      "windows-latest",
      "Windows",
      "windows-2025",
      "windows-11-arm",
      "macos-15",
      "macOS",
      "macos-latest-xlarge",
      "macos-10.15",
    ],
    ["ubuntu-latest", "linux", "self-hosted", "windows-builders", "my-macos-13", "macosx", "${{ vars.RUNNER }}", ""],
  ],
  [
    isOwnerName,
    ["acme", "a-b", "alice_acme", "-old-"],
    ["", "acme/app", "https://github.com/acme", "a b", "a*", "a.b", long(101)],
  ],
  [
    isRepositoryName,
    ["app", "my.app", "-", "_", ".github", long(100)],
    ["", ".", "..", "app.git", "a.GIT", "a/b", "a b", "ä", long(101)],
  ],
  [isRepositorySlug, ["acme/app"], ["app", "acme/", "/app", "acme/app/x", "acme/app.git", "acme/*"]],
  [
    isCallableBranch,
    ["main", "m", "release/2026-11", "v1.2", "a_b", "a/b/c", "feature-1"],
    [
      ...[
        "",
        "-x",
        "/a",
        "a/",
        ".a",
        "a.",
        "a..b",
        "a//b",
        "a/.b",
        "a.lock",
        "a.lock/b",
        "a b",
        "ä",
        "a~1",
        "a^",
        "a:b",
      ],
      ...["a@b", "@", "a*", "a?", "${{ x }}", "refs/heads/main", "0123456789abcdef0123456789abcdef01234567", long(201)],
    ],
  ],
  [
    isClientId,
    ["k1234511CNTRL-kZDRvszg8621CNTRL", "x"],
    ["", "a b", "a'b", "a\nb", "${{ x }}", "tskey-client-x", long(101)],
  ],
  [
    isAudience,
    ["api.tailscale.com/k1CNTRL-k2CNTRL", "https://example.com/x", "urn:x"],
    ["", "-x", "a b", "a'b", "a\nb", "${{ x }}", "tskey-client-x", long(256)],
  ],
  [
    isLabel,
    ["ci", "good first issue", "wip: 1", "a'b\"c", "😀".repeat(25), long(50)],
    ["", " ci", "a,b", "a\nb", "a\0", "${{ github.sha }}", long(51)],
  ],
  [isCommitMessage, ["ci: add", "ci: add\n\nBecause.", "é"], ["", " \n", "a\0b", long(10_001)]],
  [
    hasOtherApi,
    ["openai/gpt-5", "OpenAI/**", "gemini/gemini-3-pro", "google/x", "llm/gpt-5*", "llm/o3-mini", "a/b/gemini-3"],
    ["anthropic/**", "**", "llm/claude-opus-5", "*/claude-*", "openrouter/anthropic/claude-opus-5", "llm/opus"],
  ],
];

describe.each(rows.map((row) => [row[0].name, ...row] as const))("%s", (_, predicate, taken, refused) => {
  it.each(taken)("takes %j", (text) => expect(predicate(text)).toBe(true));
  it.each(refused)("refuses %j", (text) => expect(predicate(text)).toBe(false));
});

it.each([
  ["https://github.com/acme", "acme"],
  ["https://github.com/acme/", "acme"],
  ["https://github.com/acme/app", "acme/app"],
  ["https://github.com/acme/app/", "acme/app"],
  ["https://github.com/acme/app/pulls?q=x#y", "acme/app"],
  ["https://github.example.com:8443/acme/app.git", "acme/app"],
  ["git@github.com:acme/app.git", "acme/app"],
  ["ssh://git@github.com/acme/app.git", "acme/app"],
  ["acme/app.git", "acme/app"],
  ["app.git", "app"],
  ["app", undefined],
  ["acme/app", undefined],
  ["my app", undefined],
  ["https://github.com/", undefined],
])("the name in the address %j is %j", (address, name) => {
  expect(findNameInAddress(address)).toBe(name);
});

it("GitHub counts quotes and braces of a prompt twice", () => {
  expect(promptLength("it's {a}")).toBe(8 + 3);
});
