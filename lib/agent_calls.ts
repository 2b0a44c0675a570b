import type { Metrics } from "./outputs/mod.ts";
import type { CallObserver } from "./server/mod.ts";

/** Counts the calls as other gRPC servers do. */
export function observeCalls(metrics: Metrics): CallObserver {
  return {
    started: (hook) => metrics.add("grpc_server_started_total", { grpc_method: hook }),
    handled: (hook, code, seconds) => {
      metrics.add("grpc_server_handled_total", { grpc_method: hook, grpc_code: code });
      const outcome = code === "OK" ? "success" : "error";
      metrics.observe("certgate_rpc_duration_seconds", seconds, { outcome });
    },
  };
}
