/** Keeps credentials out of what the SDK logs. Nothing is changed until it is asked for. */
import * as pulumi from "@pulumi/pulumi";
import { redactor } from "../core/messages/redact.ts";

const levels = ["debug", "info", "warn", "error"] as const;

/**
 * From now on `pulumi.log` of this process shows neither the given secrets nor anything that has the form of a credential. The SDK
 * reports a program's errors by it, too, and logs each resource with all its properties, secrets in clear (`RegisterResource RPC
 * finished`, runtime/resource.js of @pulumi/pulumi 3.270), which `pulumi up --json` prints also without `--debug`.
 */
export function redactLog(secrets: Iterable<string> = []): void {
  const redact = redactor(secrets);
  for (const level of levels) {
    const log = pulumi.log[level];
    // The SDK calls it through the same object.
    const redacted: typeof log = (message, ...rest) => log(redact(message), ...rest);
    Object.assign(pulumi.log, { [level]: redacted });
  }
}
