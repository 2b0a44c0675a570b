import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import type { Hook } from "../../lib/model/mod.ts";
import { HOOK_SERVICE } from "../../lib/xds/mod.ts";

const raw = (bytes: Uint8Array) => Buffer.from(bytes);
const LARGEST = 1024 * 1024 * 1024;

/** Calls the hook as Envoy Gateway does: unary, raw bytes, waiting for the server. */
export class HookClient {
  readonly #client: Client;

  /** @param target `unix:/path` or `host:port`. */
  constructor(target: string) {
    this.#client = new Client(target, credentials.createInsecure(), {
      "grpc.max_receive_message_length": LARGEST,
      "grpc.max_send_message_length": LARGEST,
      "grpc.initial_reconnect_backoff_ms": 50,
      "grpc.max_reconnect_backoff_ms": 200,
    });
  }

  /** Calls one of the six hooks. */
  call(hook: Hook, request: Uint8Array): Promise<Buffer> {
    return this.unary(`/${HOOK_SERVICE}/${hook}`, request);
  }

  /** Calls any unary method. Rejects with the gRPC error, whose `code` is the status. */
  unary(path: string, request: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        raw,
        (bytes: Buffer) => bytes,
        request,
        (error: ServiceError | null, answer?: Buffer) => error ? reject(error) : resolve(answer!),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
