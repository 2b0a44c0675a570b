import { type Config, parseHttpAddress } from "./resources/mod.ts";
import {
  type GrpcServer,
  type HookCredentials,
  type HttpViews,
  type OpenFailure,
  openHook,
  serveHttp,
  stopGrpcServer,
} from "./server/mod.ts";

/** The two doors of the agent, open. */
export interface OpenDoors {
  readonly kind: "open";
  /** Where the hook listens, as a gRPC target. */
  readonly hook: string;
  /** `http://host:port` of metrics, health and status. */
  readonly http: string;
  /** @returns whether every call ended by itself within the patience, in milliseconds. */
  close(patience: number): Promise<boolean>;
}

/** The hook first: a second certgate is to learn that it is the second, whatever else is in its way. */
export async function openDoors(
  grpc: GrpcServer,
  config: Config,
  views: HttpViews,
  credentials?: HookCredentials,
): Promise<OpenDoors | OpenFailure> {
  const hook = await openHook(grpc, config.hook, credentials?.server);
  if (hook.kind !== "open") return hook;
  const closeHook = async (patience: number) => {
    const finished = await stopGrpcServer(grpc.server, patience);
    await hook.release();
    return finished;
  };
  const http = openHttp(config.http.listen, views);
  if (http.kind !== "open") {
    await closeHook(config.hook.deadline);
    return http;
  }
  return {
    kind: "open",
    hook: hook.target,
    http: http.url,
    async close(patience) {
      const finished = await closeHook(patience);
      await http.stop();
      return finished;
    },
  };
}

function openHttp(listen: string, views: HttpViews) {
  const address = parseHttpAddress(listen);
  if (typeof address === "string" || address.kind !== "tcp") {
    throw new TypeError(`Not an HTTP address: ${listen}`);
  }
  const name = address.host.includes(":") ? `[${address.host}]` : address.host;
  try {
    const { port, stop } = serveHttp(address, views);
    return { kind: "open" as const, url: `http://${name}:${port}`, stop };
  } catch (error) {
    const taken = error instanceof Deno.errors.AddrInUse;
    return {
      kind: "failed" as const,
      message: `Cannot listen on "${listen}": ${taken ? "the port is in use" : (error as Error).message}`,
      hint: taken ? "set http.listen to a free port" : "",
    };
  }
}
