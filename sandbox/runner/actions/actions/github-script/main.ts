/** Runs the script with GitHub's own libraries, as the action does. */
import { createRequire } from "node:module";
import { join } from "node:path";
import * as core from "@actions/core";
import * as exec from "@actions/exec";
import type { ActionSettings } from "../../../network/network.ts";
import { readContext } from "../../context.ts";
import { replaceFetch } from "../../fetch.ts";
import { createOctokit } from "../../octokit.ts";

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parametersAndBody: string[]
) => (...values: unknown[]) => Promise<unknown>;

export async function run(settings: ActionSettings): Promise<void> {
  const context = readContext();
  const github = createOctokit(core.getInput("github-token"), {
    retries: Number(core.getInput("retries")),
    doNotRetry: core.getInput("retry-exempt-status-codes").split(",").map(Number),
  });
  replaceFetch(settings);
  const require = createRequire(join(process.env.GITHUB_WORKSPACE ?? "/", "/"));
  const given = { require, github, octokit: github, context, core, exec };
  try {
    const result = await new AsyncFunction(...Object.keys(given), core.getInput("script"))(...Object.values(given));
    const text = core.getInput("result-encoding") === "string" ? String(result) : JSON.stringify(result ?? null);
    if (result !== undefined) core.setOutput("result", text);
  } catch (error) {
    core.setFailed(`Unhandled error: ${error}`);
  }
}
