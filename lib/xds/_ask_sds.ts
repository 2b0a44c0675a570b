import { field, textField, varintField } from "./_encode.ts";
import { SDS_CLUSTER } from "../model/mod.ts";
import type { Parts } from "./_rewrite.ts";

/** Both of the protocol and of the resources: version 3 is 2 in their lists. */
const V3 = 2;
/** Incremental: a name that nobody has is then said to be removed, and Envoy does not wait for it. */
const DELTA_GRPC = 3;
/** Envoy would wait for up to half a minute before it connects again, for each name. */
const RETRY = field(3, field(1, field(1, varintField(2, 100_000_000)), field(2, varintField(1, 1))));

/**
 * Field `sds_config`: certgate's own server. Envoy keys a secret by its name and these bytes, so they are the same for
 * every name, in every answer and with every release: others would make Envoy ask for everything anew.
 *
 * There is no `initial_fetch_timeout`: Envoy waits for 15 seconds. To wait for ever, which is what 0 means, would let
 * one name that nobody answers keep every host of its listener, and at a start the whole of Envoy, from serving.
 */
const SOURCE = field(
  2,
  field(
    2,
    varintField(1, DELTA_GRPC),
    field(4, field(1, textField(1, SDS_CLUSTER), RETRY)),
    // The node of an Envoy is tens of kilobytes long: once a stream is enough.
    varintField(7, 1),
    varintField(8, V3),
  ),
  varintField(6, V3),
);

/** @returns the value of a reference that asks certgate's own server for a name. */
export function askSds(name: string): Parts {
  return [textField(1, name), SOURCE];
}
