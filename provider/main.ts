/** The process: serves the provider on a port of this machine and prints the port, as Pulumi expects of a plugin. */
import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { processRuntime } from "../services/tailscale/runtime.ts";
import { createService } from "./service.ts";

/** As the SDK's own: a fragment with many tags is still far below. */
const maximumMessageBytes = 400 * 1024 * 1024;
const parentPollMilliseconds = 5_000;

/** Serves until the engine ends the process, or is gone itself. */
export async function main(): Promise<void> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maximumMessageBytes });
  server.addService(providerGrpc.ResourceProviderService, createService(processRuntime()));
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  process.stdout.write(`${port}\n`);
  endWithParent();
}

/** An engine that was killed cannot end its plugins. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, parentPollMilliseconds).unref();
}
