/** An engine that was killed cannot end its plugins, so a plugin watches its engine. */
import grpc from "@grpc/grpc-js";

/** Holds a connection to the engine at `address` and calls `end` once when there is no engine any more. */
export function onEngineGone(address: string, end: () => void): void {
  // The engine is on this machine; a proxy of the environment is not for it.
  const options = { "grpc.enable_http_proxy": 0 };
  const channel = new grpc.Client(address, grpc.credentials.createInsecure(), options).getChannel();
  const watch = () => {
    // Connects, and does so again when an unused connection was given up.
    const state = channel.getConnectivityState(true);
    if (state === grpc.connectivityState.TRANSIENT_FAILURE) {
      channel.close();
      end();
    } else channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, watch);
  };
  watch();
}
