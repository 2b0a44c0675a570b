import { type handleUnaryCall, Server, ServerCredentials, status } from "@grpc/grpc-js";

const PATH = "/envoygateway.extension.EnvoyGatewayExtension/PostTranslateModify";

/** A hook that answers every call with an error: what it was called for is lost, Envoy Gateway does not ask again. */
export class FailingHook {
  readonly #server: Server;
  /** How many calls it has answered so far. */
  calls = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Serves on a Unix socket, where nobody may be any more. */
  static async start(socket: string): Promise<FailingHook> {
    await Deno.remove(socket).catch(() => {});
    const server = new Server({ "grpc.max_receive_message_length": 256 * 1024 * 1024 });
    const hook = new FailingHook(server);
    const fail: handleUnaryCall<Uint8Array, Uint8Array> = (_call, done) => {
      hook.calls++;
      done({ code: status.INTERNAL, details: "this hook fails" });
    };
    const bytes = (value: Uint8Array) => value as ReturnType<typeof import("node:buffer").Buffer.from>;
    server.addService({
      postTranslateModify: {
        path: PATH,
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    }, { postTranslateModify: fail });
    await new Promise<void>((resolve, reject) =>
      server.bindAsync(
        `unix:${socket}`,
        ServerCredentials.createInsecure(),
        (error) => error ? reject(error) : resolve(),
      )
    );
    return hook;
  }

  /** Ends at once, calls under way included. */
  stop(): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }
}
