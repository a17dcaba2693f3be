/** Serves the provider on a port of this machine that the system chooses. */
import grpc, { type UntypedServiceImplementation } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { Runtime } from "../services/tailscale/runtime.ts";
import { createService } from "./service.ts";

/** As the SDK's own: a fragment with many tags is still far below. */
const maximumMessageBytes = 400 * 1024 * 1024;

export async function startServer(runtime: Runtime): Promise<{ port: number; close(): void }> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maximumMessageBytes });
  server.addService(
    providerGrpc.ResourceProviderService,
    renewedWhenAttached(() => createService(runtime)),
  );
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port, close: () => server.forceShutdown() };
}

/**
 * A provider that an engine attaches to (`PULUMI_DEBUG_PROVIDERS`) outlives the engine's run, and its preview: each attaching
 * engine gets a new one, as it would with a process of its own. What a provider remembers belongs to one run.
 */
function renewedWhenAttached(create: () => UntypedServiceImplementation): UntypedServiceImplementation {
  let current = create();
  const forwarded = Object.keys(current).map((method) => [
    method,
    (...args: unknown[]) => {
      if (method === "attach") current = create();
      return (current[method] as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(forwarded);
}
