import type { ChainPlace } from "../model/mod.ts";
import { readAny } from "./_socket.ts";
import { merge, type Span, valueOf } from "./_span.ts";

/** Where an HTTP connection manager has its routes. */
export type ManagerRoutes =
  | {
    /** It asks for them by name. */
    readonly kind: "rds";
    /** Name of the route configuration. */
    readonly name: string;
  }
  | {
    /** In itself, in a list chosen by scope, or nowhere. */
    readonly kind: "inline" | "scoped" | "none";
  };

/** One HTTP connection manager of a listener. */
export interface HttpManagerView {
  /** Index of the listener in the request. */
  readonly listener: number;
  /** Its xDS name. */
  readonly listenerName: string;
  /** Where the filter chain stands in it. */
  readonly chain: ChainPlace;
  /** Index among the network filters of the chain. */
  readonly filter: number;
  /** Where its routes come from. */
  /** Where it has its routes. */
  readonly routes: ManagerRoutes;
  /** Names of the HTTP filters, in order. */
  readonly httpFilters: readonly string[];
  /** Whether it has a local reply of its own. */
  readonly hasLocalReply: boolean;
  /** True if it does not read, or is of another type than its name says. */
  readonly malformed: boolean;
}

type Where = Pick<HttpManagerView, "listener" | "listenerName">;

const NAME = "envoy.filters.network.http_connection_manager";
const TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** Finds the managers of an `envoy.config.listener.v3.Listener`: those of `filter_chains`, then of the default chain. */
export function readHttpManagers(listener: Span, where: Where): HttpManagerView[] {
  const found: HttpManagerView[] = [];
  let byDefault: Span | null = null;
  let place = 0;
  const walk = listener.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 3) found.push(...readChain(valueOf(walk), where, place++));
    else if (walk.field === 25) byDefault = merge(byDefault, walk);
  }
  if (byDefault !== null) found.push(...readChain(byDefault, where, "default"));
  return found;
}

function readChain(chain: Span, where: Where, place: ChainPlace): HttpManagerView[] {
  const found: HttpManagerView[] = [];
  let filter = 0;
  const walk = chain.walk();
  while (walk.next()) {
    if (walk.field !== 3 || walk.wire !== 2) continue;
    const manager = readFilter(valueOf(walk));
    if (manager !== null) found.push({ ...where, chain: place, filter, ...manager });
    filter++;
  }
  return found;
}

type Manager = Pick<HttpManagerView, "routes" | "httpFilters" | "hasLocalReply" | "malformed">;

const UNREADABLE: Manager = {
  routes: { kind: "none" },
  httpFilters: [],
  hasLocalReply: false,
  malformed: true,
};

/** @returns `null` for a filter that is something else, or has its configuration elsewhere. */
function readFilter(filter: Span): Manager | null {
  let name = "";
  let member = 0;
  const walk = filter.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) name = valueOf(walk).text();
    // typed_config and config_discovery are one oneof.
    else if (walk.field === 4 || walk.field === 5) member = walk.field;
  }
  if (name !== NAME || member !== 4) return null;
  const any = readAny(filter, 4);
  if (walk.malformed || any === null) return UNREADABLE;
  return isType(any.type.text()) ? readManager(any.value) : UNREADABLE;
}

const isType = (url: string) => url.slice(url.lastIndexOf("/") + 1) === TYPE;

function readManager(span: Span): Manager {
  let routes: ManagerRoutes = { kind: "none" };
  let rds: Span | null = null;
  let hasLocalReply = false;
  const httpFilters: string[] = [];
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    const { field } = walk;
    if (field === 5) httpFilters.push(nameOf(valueOf(walk)));
    else if (field === 38) hasLocalReply = true;
    else if (field === 3 || field === 4 || field === 31) {
      rds = field === 3 ? merge(rds, walk) : null;
      routes = { kind: field === 4 ? "inline" : "scoped" };
    }
  }
  if (rds !== null) routes = { kind: "rds", name: nameOf(rds, 2) };
  return { routes, httpFilters, hasLocalReply, malformed: walk.malformed };
}

/** A text field: the name of an HTTP filter is field 1, the route configuration of an `Rds` field 2. */
function nameOf(span: Span, number = 1): string {
  let name = "";
  const walk = span.walk();
  while (walk.next()) if (walk.field === number && walk.wire === 2) name = valueOf(walk).text();
  return name;
}
