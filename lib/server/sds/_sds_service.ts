import {
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  status as grpcStatus,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { encodeResponse, readSdsRequest, SDS_SERVICE } from "../../xds/mod.ts";
import { DIALECTS } from "./_dialects.ts";
import type { SdsDesk } from "./_sds_desk.ts";
import { SdsStream } from "./_stream.ts";
import { type BadRequest, check, checkNames, takeDeltaRequest, takeStreamRequest } from "./_take_request.ts";
import type { SdsMethod } from "./sds_server_status.ts";

const GOING = "certgate is going down";

type Call = ServerDuplexStream<Buffer, Uint8Array>;

const raw = (bytes: Buffer) => bytes;
const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const method = (name: string, stream: boolean) => ({
  path: `/${SDS_SERVICE}/${name}`,
  requestStream: stream,
  responseStream: stream,
  requestSerialize: raw,
  requestDeserialize: raw,
  responseSerialize: asBuffer,
  responseDeserialize: raw,
});

/** The three ways to ask; messages stay bytes. */
export const SDS_DEFINITION: ServiceDefinition = {
  StreamSecrets: method("StreamSecrets", true),
  DeltaSecrets: method("DeltaSecrets", true),
  FetchSecrets: method("FetchSecrets", false),
};

/** The streams that are open, and the service that opens them. */
export class SdsCalls {
  readonly #open = new Set<Call>();
  #ended = false;

  constructor(readonly desk: SdsDesk) {}

  /** For grpc-js. */
  get handlers(): UntypedServiceImplementation {
    return {
      StreamSecrets: (call: Call) => this.#begin(call, "StreamSecrets"),
      DeltaSecrets: (call: Call) => this.#begin(call, "DeltaSecrets"),
      FetchSecrets: (call: ServerUnaryCall<Buffer, Uint8Array>, reply: sendUnaryData<Uint8Array>) =>
        this.#fetch(call.request, reply),
    };
  }

  /** Ends every stream, and each that comes still; the Envoys keep what they hold and come again. */
  end(): void {
    this.#ended = true;
    for (const call of this.#open) fail(call, "UNAVAILABLE", GOING);
  }

  #begin(call: Call, name: SdsMethod): void {
    if (this.#ended) return fail(call, "UNAVAILABLE", GOING);
    const take = name === "StreamSecrets" ? takeStreamRequest : takeDeltaRequest;
    const stream = new SdsStream(DIALECTS[name], this.desk, call);
    const end = () => {
      if (this.#open.delete(call)) this.desk.left(stream);
    };
    this.#open.add(call);
    call.on("data", (bytes: Buffer) => {
      if (!this.#open.has(call)) return;
      const bad = take(stream, bytes, this.desk);
      if (bad !== null) fail(call, bad.code, bad.message);
    });
    call.on("drain", () => stream.drained());
    call.on("end", () => call.end());
    // The other side is gone, or was told to go.
    for (const event of ["close", "cancelled", "error", "finish"]) call.on(event, end);
  }

  #fetch(bytes: Buffer, reply: sendUnaryData<Uint8Array>): void {
    const request = readSdsRequest(bytes);
    const bad = check(request) ?? checkNames(request!.names);
    if (bad !== null) return reply({ code: grpcStatus[bad.code], details: bad.message });
    const found = [...new Set(request!.names)].flatMap((name) => this.desk.offer(name) ?? []);
    for (const name of request!.names) this.desk.glanced(name);
    for (const resource of found) this.desk.pushed(resource, resource.bytes.length);
    const version = found.map(({ version }) => version).join(" ");
    reply(null, encodeResponse(version, found.map(({ bytes }) => bytes), ""));
  }
}

function fail(call: Call, code: BadRequest["code"] | "UNAVAILABLE", details: string): void {
  call.emit("error", { code: grpcStatus[code], details });
}
