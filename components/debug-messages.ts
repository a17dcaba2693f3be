/**
 * Keeps credentials out of the debug messages of Pulumi's SDK. It logs each resource with all its properties, secrets in clear
 * (`RegisterResource RPC finished`, runtime/resource.js of @pulumi/pulumi 3.270), and `pulumi up --json` prints debug messages
 * also without `--debug`. Importing this is all it takes.
 */
import * as pulumi from "@pulumi/pulumi";
import { redact } from "../core/messages/redact.ts";

const { debug } = pulumi.log;

const redacted: typeof debug = (message, ...rest) => debug(redact(message, []), ...rest);

// The SDK calls it through the same object.
Object.assign(pulumi.log, { debug: redacted });
