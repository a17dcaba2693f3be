/**
 * How an action speaks to its runner, as far as ours do. @actions/core does the same, but loads an HTTP client: a tenth of a second
 * for each step. https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { delimiter } from "node:path";

export const getInput = (name: string): string =>
  (process.env[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] ?? "").trim();

export const info = (message: string): void => void process.stdout.write(`${message}\n`);
export const error = (message: string): void => command("error", message);
/** Hides it in the log from here on. */
export const setSecret = (secret: string): void => command("add-mask", secret);

export function setFailed(message: string): void {
  process.exitCode = 1;
  error(message);
}

export const setOutput = (name: string, value: string): void => write("GITHUB_OUTPUT", name, value);

/** For the action's own post step. */
export const saveState = (name: string, value: string): void => write("GITHUB_STATE", name, value);
export const getState = (name: string): string => process.env[`STATE_${name}`] ?? "";

/** For the steps that follow. */
export function exportVariable(name: string, value: string): void {
  process.env[name] = value;
  write("GITHUB_ENV", name, value);
}

export function addPath(folder: string): void {
  process.env.PATH = `${folder}${delimiter}${process.env.PATH}`;
  append("GITHUB_PATH", folder);
}

export async function getIDToken(audience: string): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = process.env;
  if (!url) throw new Error("Error message: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable");
  const answer = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`Error message: Failed to get ID Token. Error Code : ${answer.status}`);
  const { value } = (await answer.json()) as { value: string };
  setSecret(value);
  return value;
}

function command(name: string, text: string): void {
  const escaped = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  info(`::${name}::${escaped}`);
}

function write(file: string, name: string, value: string): void {
  const end = `end_${randomUUID()}`;
  append(file, `${name}<<${end}\n${value}\n${end}`);
}

const append = (file: string, text: string): void => appendFileSync(process.env[file] ?? "", `${text}\n`);
