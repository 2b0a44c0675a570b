import type { JsonObject, PolicyEntry, WafFilter } from "../model/mod.ts";
import { field, join, textField } from "./_encode.ts";
import { encodeStruct, structField } from "./_encode_struct.ts";
import { equalJson } from "./_equal_json.ts";
import { readEntry } from "./_metadata.ts";
import { readField } from "./_socket.ts";
import type { Span } from "./_span.ts";
import { readStruct } from "./_struct.ts";
import { perRoute, saysSame } from "./_waf.ts";

/** What a `stamp_route` step writes. */
export interface Stamp {
  readonly project: string;
  readonly policy: PolicyEntry | null;
  readonly waf: WafFilter;
}

const text = (value: string) => new TextEncoder().encode(value);
const KEY = "datum-gateway";
const KEY_BYTES = text(KEY);
const PROJECT = "project_name";

/**
 * What a stamp appends to a route. Metadata of two occurrences merge, and in both maps the later entry of a key counts
 * as a whole.
 */
export function stampFields(route: Span, { project, policy, waf }: Stamp): Uint8Array[] {
  if (policy !== null) return [governed(project, policy), perRoute(policy, waf).field];
  const before = ownMetadata(route);
  const name = structField(PROJECT, project);
  return [metadataField(before === null ? name : join([before, name]))];
}

/** Whether a route already says exactly what a stamp would write, however its bytes are ordered. */
export function isStampedAs(route: Span, { project, policy, waf }: Stamp): boolean {
  const own = ownMetadata(route);
  const struct = own && readStruct(own);
  if (struct === null) return false;
  if (policy === null) return struct[PROJECT] === project;
  if (!equalJson(struct, governedStruct(project, policy))) return false;
  const config = readEntry(route, 13, text(waf.filterName));
  return config !== null && saysSame(config, policy, waf);
}

/** Of a route's metadata what certgate writes: `filter_metadata["datum-gateway"]`; `null` if there is none. */
function ownMetadata(route: Span): Span | null {
  const metadata = readField(route, 4);
  return metadata && readEntry(metadata, 1, KEY_BYTES);
}

/** Field `metadata` of a route, with one entry of `filter_metadata`. */
function metadataField(struct: Uint8Array): Uint8Array {
  return field(4, field(1, textField(1, KEY), field(2, struct)));
}

function governedStruct(project: string, policy: PolicyEntry): JsonObject {
  const { namespace, name, mode, generation } = policy;
  const resource = { kind: "TrafficProtectionPolicy", namespace, name, mode, generation };
  return { [PROJECT]: project, resources: [resource] };
}

/** A policy governs routes of one namespace, and so of one project: the last one made is nearly always the next one. */
const latest = new WeakMap<PolicyEntry, { readonly project: string; readonly bytes: Uint8Array }>();

/** Field `metadata` of a route under a policy. */
function governed(project: string, policy: PolicyEntry): Uint8Array {
  const known = latest.get(policy);
  if (known?.project === project) return known.bytes;
  const bytes = metadataField(encodeStruct(governedStruct(project, policy)));
  latest.set(policy, { project, bytes });
  return bytes;
}
