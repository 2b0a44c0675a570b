import { Client, type ClientDuplexStream, credentials, type ServiceError } from "@grpc/grpc-js";
import type protobuf from "protobufjs";
import { loadOfficial } from "../../proto/official.ts";
import { SDS_SERVICE, SECRET_TYPE_URL } from "../../lib/xds/mod.ts";

const official = await loadOfficial([
  "envoy/service/discovery/v3/discovery.proto",
  "envoy/extensions/transport_sockets/tls/v3/secret.proto",
]);
const SECRET = official.lookupType("envoy.extensions.transport_sockets.tls.v3.Secret");
const TYPES = {
  StreamSecrets: "Discovery",
  FetchSecrets: "Discovery",
  DeltaSecrets: "DeltaDiscovery",
} as const;
const PATIENCE = 10_000;

/** The method of a stream. */
export type Method = "StreamSecrets" | "DeltaSecrets";

/** A request in the names of the official files. */
export type Request = Readonly<Record<string, unknown>>;

/** A response of either kind, with its secrets decoded. */
export interface Response {
  readonly version: string;
  readonly nonce: string;
  readonly typeUrl: string;
  readonly removed: readonly string[];
  readonly secrets: readonly { readonly name: string; readonly version: string; readonly content: Request }[];
}

/** Speaks with the server as an Envoy does, by the official files. */
export class SdsTestClient {
  readonly #client: Client;

  constructor(target: string) {
    this.#client = new Client(target, credentials.createInsecure(), {
      // Each of its own connection: grpc-js would share one with other clients of the same target.
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  /** Opens a stream. */
  stream(method: Method): SdsTestStream {
    return new SdsTestStream(method, this.call(method));
  }

  /** Opens a stream without anything that reads it. */
  call(method: Method): ClientDuplexStream<Request | Uint8Array, Response> {
    return this.#client.makeBidiStreamRequest(
      `/${SDS_SERVICE}/${method}`,
      (request) => encode(method, request),
      (bytes) => decode(method, bytes),
    );
  }

  /** FetchSecrets. */
  fetch(request: Request): Promise<Response> {
    const method = "FetchSecrets";
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `/${SDS_SERVICE}/${method}`,
        (request: Request) => encode(method, request),
        (bytes: Buffer) => decode(method, bytes),
        request,
        (error: ServiceError | null, answer?: Response) => error ? reject(error) : resolve(answer!),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** One stream; responses are taken one by one. */
export class SdsTestStream {
  readonly #call: ClientDuplexStream<Request | Uint8Array, Response>;
  readonly #responses: Response[] = [];
  readonly #waiting: (() => void)[] = [];
  /** How the stream ended. */
  readonly ended: Promise<ServiceError | null>;

  constructor(readonly method: Method, call: ClientDuplexStream<Request | Uint8Array, Response>) {
    this.#call = call;
    call.on("data", (response: Response) => {
      this.#responses.push(response);
      this.#waiting.shift()?.();
    });
    this.ended = new Promise((resolve) => {
      call.on("error", (error: ServiceError) => resolve(error));
      call.on("end", () => resolve(null));
    });
  }

  send(request: Request | Uint8Array): void {
    this.#call.write(request);
  }

  /** How many responses nobody has taken. */
  get left(): number {
    return this.#responses.length;
  }

  /** The next response. */
  async next(): Promise<Response> {
    if (this.#responses.length === 0) await this.#arrival();
    return this.#responses.shift()!;
  }

  /** Takes the next response and says so. */
  async accept(names?: readonly string[]): Promise<Response> {
    const response = await this.next();
    this.answer(response, names);
    return response;
  }

  /** Says what became of a response. @param names For StreamSecrets: what is asked for from now on. */
  answer({ nonce, version }: Response, names: readonly string[] = [], error?: string): void {
    const error_detail = error === undefined ? {} : { error_detail: { code: 13, message: error } };
    this.send({
      response_nonce: nonce,
      ...(this.method === "StreamSecrets" ? { resource_names: names, version_info: version } : {}),
      ...error_detail,
    });
  }

  end(): void {
    this.#call.end();
  }

  cancel(): void {
    this.#call.cancel();
  }

  #arrival(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("no response came")), PATIENCE);
      this.#waiting.push(() => {
        clearTimeout(late);
        resolve();
      });
    });
  }
}

function encode(method: keyof typeof TYPES, request: Request | Uint8Array): Buffer {
  if (request instanceof Uint8Array) return Buffer.from(request);
  const type = official.lookupType(`envoy.service.discovery.v3.${TYPES[method]}Request`);
  return Buffer.from(type.encode(type.fromObject({ type_url: SECRET_TYPE_URL, ...request })).finish());
}

type Any = { readonly value: Uint8Array };
type Delta = { readonly name: string; readonly version: string; readonly resource: Any };

function decode(method: keyof typeof TYPES, bytes: Buffer): Response {
  const type = official.lookupType(`envoy.service.discovery.v3.${TYPES[method]}Response`);
  const read = type.toObject(type.decode(bytes), { defaults: true, arrays: true }) as Record<string, never>;
  const version = read.version_info ?? read.system_version_info;
  const secrets = (read.resources as (Any & Delta)[]).map((one) => {
    const { name, ...content } = SECRET.toObject(
      SECRET.decode((method === "DeltaSecrets" ? one.resource : one).value) as protobuf.Message,
    );
    return { name, version: method === "DeltaSecrets" ? one.version : version, content };
  });
  const { nonce, type_url: typeUrl } = read;
  return { version, nonce, typeUrl, removed: read.removed_resources ?? [], secrets };
}
