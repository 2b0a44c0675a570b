import type { Span } from "./_span.ts";
import { valueOf } from "./_span.ts";

/** What a `DataSource` says: bytes in place, a pointer to somewhere else, or nothing. `null`: it does not read. */
export type Data =
  | { readonly kind: "inline"; readonly bytes: Uint8Array }
  | { readonly kind: "elsewhere" }
  | { readonly kind: "nothing" };

/** Reads an `envoy.config.core.v3.DataSource`: the oneof of file name, bytes, text and environment variable. */
export function readDataSource(span: Span): Data | null {
  let data: Data = { kind: "nothing" };
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    // inline_bytes and inline_string: the same bytes for whoever reads PEM.
    if (walk.field === 2 || walk.field === 3) data = { kind: "inline", bytes: valueOf(walk).view() };
    else if (walk.field === 1 || walk.field === 4) data = { kind: "elsewhere" };
  }
  return walk.malformed ? null : data;
}

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
