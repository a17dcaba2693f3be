// JavaScript, so that a Node too old for index.ts can still say so, once and without a stack trace.
import * as pulumi from "@pulumi/pulumi";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  throw new pulumi.RunError(
    `This program needs Node.js 22.18 or newer and was started on ${process.version} (${process.execPath}).\n` +
      '  Put a newer one first on PATH. npm ci brings one: export PATH="$PWD/node_modules/.bin:$PATH"',
  );
}

// The stack's outputs, whatever index.ts exports.
export default { ...(await import("./index.ts")) };
