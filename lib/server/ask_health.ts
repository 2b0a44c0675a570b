import {
  type ChannelCredentials,
  Client,
  credentials,
  type ServiceError,
  status as grpcStatus,
} from "@grpc/grpc-js";
import type { KeyMaterial } from "../model/mod.ts";
import { HOOK_SERVICE } from "../xds/mod.ts";

const METHOD = "/grpc.health.v1.Health/Check";
const SERVING = 1;

/** Asks the hook over its own socket, as a client of it does. */
export class HealthAsker {
  readonly #target: string;
  readonly #credentials: ChannelCredentials;
  #client: Client | null = null;

  /**
   * @param target Where the hook listens, as a gRPC target.
   * @param pair PEM; what is shown to a hook that listens with TLS. The hook itself is not verified: the question is
   * whether it answers, and a certificate that has expired is no ground for a restart.
   */
  constructor(target: string, pair?: { readonly certificate: Uint8Array; readonly key: KeyMaterial }) {
    this.#target = target;
    this.#credentials = pair === undefined ? credentials.createInsecure() : credentials.createSsl(
      null,
      Buffer.from(pair.key.open()),
      Buffer.from(pair.certificate),
      { rejectUnauthorized: false },
    );
  }

  /**
   * Asks once, over a connection of its own: one that stays open would not show that nobody can connect any more. The
   * connection is closed with the next question, well after its answer (see `closeSessionsLate` of the server).
   *
   * @param patience Milliseconds to wait for the answer, whatever the wall clock does meanwhile.
   * @returns What is wrong; empty if the hook says that it serves.
   */
  async ask(patience: number): Promise<string> {
    this.close();
    const client = new Client(this.#target, this.#credentials, {
      // Clients of one target would else share a connection.
      "grpc.use_local_subchannel_pool": 1,
      "grpc.enable_retries": 0,
      // The name to ask for in TLS cannot be an address, which is what is made of a target like this one's.
      "grpc.ssl_target_name_override": "localhost",
    });
    this.#client = client;
    return await new Promise<string>((resolve) => {
      const call = client.makeUnaryRequest(
        METHOD,
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes: Buffer) => bytes,
        healthRequest(HOOK_SERVICE),
        (error: ServiceError | null, answer?: Buffer) => {
          clearTimeout(timer);
          resolve(error ? `${grpcStatus[error.code]}: ${error.details}` : problemOf(answer!));
        },
      );
      const timer = setTimeout(() => {
        resolve(`no answer within ${patience} ms`);
        call.cancel();
      }, patience);
    });
  }

  /** Gives the connection of the latest question back. */
  close(): void {
    this.#client?.close();
    this.#client = null;
  }
}

/** HealthCheckRequest of grpc.health.v1: `string service = 1`. */
function healthRequest(service: string): Uint8Array {
  const name = new TextEncoder().encode(service);
  if (name.length > 0x7f) throw new TypeError("The length of the name takes more than one byte");
  return Uint8Array.of(0x0a, name.length, ...name);
}

/** HealthCheckResponse: `ServingStatus status = 1`. */
function problemOf(answer: Uint8Array): string {
  return answer.length === 2 && answer[0] === 0x08 && answer[1] === SERVING
    ? ""
    : "it says that it does not serve";
}
