import type { JsonObject, PolicyEntry, WafFilter } from "../model/mod.ts";
import { any, anyField, field, textField, varintField } from "./_encode.ts";
import { encodeStruct } from "./_encode_struct.ts";
import { equalJson } from "./_equal_json.ts";
import { readEntry } from "./_metadata.ts";
import { readAnyValue, readField } from "./_socket.ts";
import type { Span } from "./_span.ts";
import { readStruct } from "./_struct.ts";

const text = (value: string) => new TextEncoder().encode(value);

/** The Go filter of Envoy's contrib build. */
const GOLANG = "envoy.extensions.filters.http.golang.v3alpha.";
const CONFIGS_PER_ROUTE = `${GOLANG}ConfigsPerRoute`;
const TYPED_STRUCT = "xds.type.v3.TypedStruct";

/** What the plugin is told: Coraza with these directives, and nothing else. */
export function pluginStruct(directives: readonly string[], waf: WafFilter): JsonObject {
  return {
    log_format: "json",
    directives: `{"coraza":{"simple_directives":${goJson(directives)}}}`,
    default_directive: "coraza",
    ...(waf.traceRouteMetadataExtractor === ""
      ? {}
      : { trace_route_metadata_extractor: waf.traceRouteMetadataExtractor }),
  };
}

/**
 * A list of texts as JSON in the words of Go's encoder, in which the plugin has always been given it: what means
 * something in HTML and the two line ends of Unicode are escaped, and half a surrogate is U+FFFD.
 */
export function goJson(texts: readonly string[]): string {
  return JSON.stringify(texts.map((text) => text.toWellFormed())).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The plugin looks at the value of the typed struct alone; its type URL stays empty. */
function pluginConfig(number: number, directives: readonly string[], waf: WafFilter): Uint8Array {
  return anyField(number, TYPED_STRUCT, field(2, encodeStruct(pluginStruct(directives, waf))));
}

const filters = new WeakMap<WafFilter, Uint8Array>();

/** Field `http_filters` of an HTTP connection manager: the filter, off wherever no route says otherwise. */
export function wafFilterField(waf: WafFilter): Uint8Array {
  const known = filters.get(waf);
  if (known) return known;
  const config = anyField(
    4,
    `${GOLANG}Config`,
    textField(1, waf.libraryId),
    textField(2, waf.libraryPath),
    textField(3, waf.pluginName),
    pluginConfig(4, waf.listenerDirectives, waf),
  );
  const made = field(5, textField(1, waf.filterName), config, varintField(7, 1));
  filters.set(waf, made);
  return made;
}

/** A policy's directives for one route, encoded once. */
export interface PerRoute {
  /** One entry of `typed_per_filter_config` of a route: the filter with the directives of a policy. */
  readonly field: Uint8Array;
  /** The Any in it. */
  readonly config: Uint8Array;
}

const entries = new WeakMap<PolicyEntry, WeakMap<WafFilter, PerRoute>>();

/** What a governed route has for the filter. */
export function perRoute(policy: PolicyEntry, waf: WafFilter): PerRoute {
  const known = entries.get(policy)?.get(waf);
  if (known) return known;
  const plugin = field(2, pluginConfig(2, policy.directives, waf));
  const config = any(CONFIGS_PER_ROUTE, field(1, textField(1, waf.pluginName), plugin));
  const made = { field: field(13, textField(1, waf.filterName), field(2, config)), config };
  const byFilter = entries.get(policy) ?? new WeakMap<WafFilter, PerRoute>();
  entries.set(policy, byFilter.set(waf, made));
  return made;
}

/** Whether the configuration of a route for the filter says the same, in whatever order. @param config An Any. */
export function saysSame(config: Span, policy: PolicyEntry, waf: WafFilter): boolean {
  // What certgate wrote comes back with the same bytes: hardly anybody on the way looks into an Any.
  if (Buffer.compare(perRoute(policy, waf).config, config.view()) === 0) return true;
  const configs = unpack(config, CONFIGS_PER_ROUTE);
  const plugin = configs && readEntry(configs, 1, text(waf.pluginName));
  const inner = plugin && readField(plugin, 2);
  const typed = inner && unpack(inner, TYPED_STRUCT);
  const struct = typed && readField(typed, 2);
  const read = struct && readStruct(struct);
  return read !== null && equalJson(read, pluginStruct(policy.directives, waf));
}

function unpack(span: Span, type: string): Span | null {
  const { type: url, value } = readAnyValue(span);
  return url.text().endsWith(`/${type}`) ? value : null;
}
