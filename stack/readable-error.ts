/** The one door through which an error leaves the program: in words, once, and without a stack trace. */
import * as pulumi from "@pulumi/pulumi";
import { formatMessage } from "../core/messages/entry.ts";
import { redact } from "../core/messages/redact.ts";
import { unforeseen } from "../core/messages/start.ts";
import { SettingsError } from "../core/settings/problem.ts";

/**
 * The error as people are to see it. One that is in words already stays as it is; of anything else the message is shown, without
 * credentials, and the stack trace goes to the debug log.
 */
export function toReadableError(error: unknown): Error {
  if (pulumi.RunError.isInstance(error) || pulumi.ResourceError.isInstance(error)) return error;
  if (error instanceof SettingsError) return new pulumi.RunError(error.message);
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  pulumi.log.debug(redact(stack ?? message, []));
  const said = redact(name === "Error" ? message : `${name}: ${message}`, []);
  return new pulumi.RunError(formatMessage(unforeseen, { said }));
}
