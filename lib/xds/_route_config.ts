import { type Span, valueOf } from "./_span.ts";
import { VirtualHostView } from "./_virtual_host.ts";

/** One route configuration of a snapshot. */
export interface RouteConfigView {
  /** Position in the request. */
  readonly index: number;
  /** Its xDS name. */
  readonly name: string;
  /** In order; each is looked into only where somebody asks. */
  readonly virtualHosts: readonly VirtualHostView[];
  /** True if the route configuration itself does not read; its virtual hosts have a word of their own. */
  readonly malformed: boolean;
}

/** Reads an `envoy.config.route.v3.RouteConfiguration`. */
export function readRouteConfig(span: Span, index: number): RouteConfigView {
  let name: Span | null = null;
  const virtualHosts: VirtualHostView[] = [];
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) name = valueOf(walk);
    else if (walk.field === 2) virtualHosts.push(new VirtualHostView(virtualHosts.length, valueOf(walk)));
  }
  return { index, name: name?.text() ?? "", virtualHosts, malformed: walk.malformed };
}
