import { Buffer } from "node:buffer";
import { type handleUnaryCall, Server, ServerCredentials } from "@grpc/grpc-js";

const PATH = "/envoygateway.extension.EnvoyGatewayExtension/PostTranslateModify";
const LIMIT = 256 * 1024 * 1024;

/**
 * A hook that gives every resource back as it came: the control group.
 *
 * What a test sees with it is the doing of Envoy and Envoy Gateway alone.
 */
export class EchoHook {
  readonly #server: Server;
  /** Bytes of each request so far. */
  readonly requests: Buffer[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Serves on a Unix socket. */
  static async start(socket: string): Promise<EchoHook> {
    const server = new Server({
      "grpc.max_receive_message_length": LIMIT,
      "grpc.max_send_message_length": LIMIT,
    });
    const hook = new EchoHook(server);
    const answer: handleUnaryCall<Buffer, Buffer> = (call, done) => {
      hook.requests.push(call.request);
      done(null, echo(call.request));
    };
    server.addService({
      postTranslateModify: {
        path: PATH,
        requestStream: false,
        responseStream: false,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      },
    }, { postTranslateModify: answer });
    await new Promise<void>((resolve, reject) =>
      server.bindAsync(
        `unix:${socket}`,
        ServerCredentials.createInsecure(),
        (error) => error ? reject(error) : resolve(),
      )
    );
    return hook;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
  }
}

function same(bytes: Buffer): Buffer {
  return bytes;
}

/** Turns a request into the response with the same resources: the field numbers shift by one, the context goes. */
function echo(request: Buffer): Buffer {
  const response = Buffer.alloc(request.length);
  let size = 0;
  for (let at = 0; at < request.length;) {
    const start = at;
    const tag = request[at++];
    let length = 0;
    for (let shift = 0;; shift += 7) {
      const byte = request[at++];
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    at += length;
    const field = tag >> 3;
    if (field < 2 || field > 5) continue;
    response.set(request.subarray(start, at), size);
    response[size] = ((field - 1) << 3) | 2;
    size += at - start;
  }
  return response.subarray(0, size);
}
