/** Messages to the person at the terminal, shown beside the resource that they are about. */
import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

export type Severity = "info" | "warning";

/** Shows `message` beside the resource `urn`. Resolves also when it could not be shown: no work depends on it. */
export type Log = (severity: Severity, message: string, urn: string) => Promise<void>;

/** The log of the engine at `address`, as the handshake names it. */
export function createEngineLog(address: string): Log {
  // The engine is on this machine; a proxy of the environment is not for it.
  const client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure(), {
    "grpc.enable_http_proxy": 0,
  });
  const severities = { info: enginePb.LogSeverity.INFO, warning: enginePb.LogSeverity.WARNING };
  return (severity, message, urn) => {
    const request = new enginePb.LogRequest();
    request.setSeverity(severities[severity]);
    request.setMessage(message);
    request.setUrn(urn);
    return new Promise((resolve) => {
      client.log(request, (error) => {
        // What stands on stderr of a plugin is shown by the engine as well, only not beside the resource.
        if (error) process.stderr.write(`${message}\n`);
        resolve();
      });
    });
  };
}

/** Used until the engine has said where it listens. */
export const standardErrorLog: Log = async (_severity, message) => {
  process.stderr.write(`${message}\n`);
};
