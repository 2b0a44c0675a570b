import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import * as grpc from "@grpc/grpc-js";
import { decode, encode } from "./schema.ts";
import type { Resource, Snapshot } from "./snapshot.ts";

const METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

const TYPES = {
  clusters: "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  endpoints: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
  listeners: "type.googleapis.com/envoy.config.listener.v3.Listener",
  routes: "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
  secrets: "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
} as const;

interface DeltaRequest {
  readonly type_url: string;
  readonly resource_names_subscribe: string[];
  readonly resource_names_unsubscribe: string[];
  readonly response_nonce: string;
  readonly error_detail?: { readonly message: string };
}

type Stream = grpc.ServerDuplexStream<Buffer, Buffer>;

/**
 * Plays Envoy Gateway's xDS server for one Envoy: incremental ADS over one stream, and the manners that matter here. A
 * resource counts as delivered once it is sent; a push that Envoy refuses is not sent again.
 */
export class AdsServer {
  readonly #server = new grpc.Server();
  readonly #resources: ReadonlyMap<string, readonly Resource[]>;
  #heard = performance.now();
  #asked = false;
  readonly refusals: string[] = [];

  constructor(snapshot: Snapshot, endpoints: Resource) {
    this.#resources = new Map<string, readonly Resource[]>([
      [TYPES.clusters, snapshot.clusters],
      [TYPES.endpoints, [endpoints]],
      [TYPES.listeners, snapshot.listeners],
      [TYPES.routes, snapshot.routes],
      [TYPES.secrets, snapshot.secrets],
    ]);
    const same = (bytes: Buffer) => bytes;
    const DeltaAggregatedResources = {
      path: METHOD,
      requestStream: true,
      responseStream: true,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    this.#server.addService({ DeltaAggregatedResources }, {
      DeltaAggregatedResources: (stream: Stream) => this.#serve(stream),
    });
  }

  /** Listens on loopback; returns the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.bindAsync(
        "127.0.0.1:0",
        grpc.ServerCredentials.createInsecure(),
        (error, port) => error === null ? resolve(port) : reject(error),
      )
    );
  }

  /** Whether Envoy has asked for secrets and then said nothing for so many milliseconds: nothing more is under way. */
  quietFor(ms: number): boolean {
    return this.#asked && performance.now() - this.#heard >= ms;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #serve(stream: Stream): void {
    const known = new Map<string, Subscription>();
    let nonce = 0;
    stream.on("data", (bytes: Buffer) => {
      const request = decode<DeltaRequest>("DeltaDiscoveryRequest", bytes);
      this.#note(request);
      const all = this.#resources.get(request.type_url);
      if (all === undefined) return;
      const subscription = known.get(request.type_url) ?? new Subscription(request.resource_names_subscribe);
      known.set(request.type_url, subscription);
      const due = subscription.due(request, all);
      if (due.length > 0) stream.write(response(request.type_url, due, String(++nonce)));
    });
    stream.on("end", () => stream.end());
    // Envoy being stopped breaks the stream off.
    stream.on("error", () => {});
  }

  #note(request: DeltaRequest): void {
    this.#heard = performance.now();
    if (request.type_url === TYPES.secrets) this.#asked = true;
    if (request.error_detail) this.refusals.push(request.error_detail.message);
  }
}

/** What one Envoy wants of one type, and has been sent. */
class Subscription {
  readonly #wildcard: boolean;
  readonly #wanted = new Set<string>();
  readonly #sent = new Set<string>();

  /** @param first Names in the first request; none means everything. */
  constructor(first: readonly string[]) {
    this.#wildcard = first.length === 0 || first.includes("*");
  }

  /** What is to be sent now; counts as sent from here on. */
  due(request: DeltaRequest, all: readonly Resource[]): Resource[] {
    for (const name of request.resource_names_subscribe) {
      this.#wanted.add(name);
      // Asking again for a name means that Envoy has let go of it since.
      this.#sent.delete(name);
    }
    for (const name of request.resource_names_unsubscribe) this.#wanted.delete(name);
    const due = all.filter(({ name }) => (this.#wildcard || this.#wanted.has(name)) && !this.#sent.has(name));
    for (const { name } of due) this.#sent.add(name);
    return due;
  }
}

function response(typeUrl: string, resources: readonly Resource[], nonce: string): Buffer {
  return Buffer.from(encode("DeltaDiscoveryResponse", {
    system_version_info: "1",
    type_url: typeUrl,
    nonce,
    resources: resources.map(({ name, bytes }) => ({
      name,
      version: createHash("sha256").update(bytes).digest("hex"),
      resource: { type_url: typeUrl, value: bytes },
    })),
  }));
}
