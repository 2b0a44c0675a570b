import { type Span, valueOf } from "./_span.ts";
import type { WireReader } from "./_wire.ts";

/** Where a `DataSource` has its bytes: in itself, somewhere else, or nowhere. */
export type DataKind = "inline" | "elsewhere" | "nothing" | "malformed";

/** Reads an `envoy.config.core.v3.DataSource`: the oneof of file name, bytes, text and environment variable. */
export function readDataSource(span: Span): DataKind {
  let kind: DataKind = "nothing";
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (isInline(walk.field)) kind = "inline";
    else if (walk.field === 1 || walk.field === 4) kind = "elsewhere";
  }
  return walk.malformed ? "malformed" : kind;
}

/** @returns the bytes that a `DataSource` has in itself; `null` if it has none. */
export function inlineBytes(span: Span): Uint8Array | null {
  let bytes: Span | null = null;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (isInline(walk.field)) bytes = valueOf(walk);
    else if (walk.field === 1 || walk.field === 4) bytes = null;
  }
  return bytes?.view() ?? null;
}

/** inline_bytes and inline_string: the same for whoever reads PEM. */
const isInline = (field: number) => field === 2 || field === 3;

/** Whether a `ConfigSource` means the stream that brings the snapshot itself; `null` if it does not read. */
export function isAds(span: Span): boolean | null {
  let ads = false;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 3) ads = true;
    // path, api_config_source, self, path_config_source: the other members of the oneof.
    else if (walk.field === 1 || walk.field === 2 || walk.field === 5 || walk.field === 8) ads = false;
  }
  return walk.malformed ? null : ads;
}

/** Numbers of the fields from a `ConfigSource` to the name of a cluster: api_config_source, grpc_services, envoy_grpc. */
const TO_CLUSTER = [2, 4, 1, 1];

/** @returns the cluster of the (last) gRPC service that a `ConfigSource` names; empty if there is none. */
export function grpcCluster(source: Span): string {
  let at: Span | null = source;
  for (const number of TO_CLUSTER) {
    const walk: WireReader | undefined = at?.walk();
    at = null;
    while (walk?.next()) if (walk.field === number && walk.wire === 2) at = valueOf(walk);
  }
  return at?.text() ?? "";
}
