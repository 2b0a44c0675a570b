import type { ResourceRef } from "../model/mod.ts";
import { readResourceRef } from "./_metadata.ts";
import { RouteView } from "./_route.ts";
import { merge, type Span, valueOf } from "./_span.ts";

/** One virtual host of a route configuration, looked into only where somebody asks. */
export class VirtualHostView {
  #parts: Parts | null = null;
  #gateway: ResourceRef | null | undefined = undefined;
  #routes: readonly RouteView[] | null = null;

  /** Places a virtual host. */
  constructor(
    /** Position in its route configuration. */
    readonly place: number,
    /** The virtual host as it came. */
    readonly span: Span,
  ) {}

  /** Its name; empty if it has none. */
  get name(): string {
    return this.#read().name?.text() ?? "";
  }

  /** As written, in order. */
  get domains(): readonly string[] {
    return this.#read().domains.map((domain) => domain.text());
  }

  /** The Gateway that Envoy Gateway made it for, with the listener's name; `null` where its metadata does not say. */
  get gateway(): ResourceRef | null {
    return this.#gateway === undefined
      ? this.#gateway = readResourceRef(this.#read().metadata)
      : this.#gateway;
  }

  /** Its routes in order. */
  get routes(): readonly RouteView[] {
    return this.#routes ??= this.#read().routes.map((span, place) => new RouteView(place, span));
  }

  /** True if the virtual host itself does not read; its routes have a word of their own. */
  get malformed(): boolean {
    return this.#read().malformed;
  }

  #read(): Parts {
    return this.#parts ??= readParts(this.span);
  }
}

interface Parts {
  readonly name: Span | null;
  readonly domains: readonly Span[];
  readonly routes: readonly Span[];
  readonly metadata: Span | null;
  readonly malformed: boolean;
}

function readParts(span: Span): Parts {
  let name: Span | null = null;
  let metadata: Span | null = null;
  const domains: Span[] = [];
  const routes: Span[] = [];
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) name = valueOf(walk);
    else if (walk.field === 2) domains.push(valueOf(walk));
    else if (walk.field === 3) routes.push(valueOf(walk));
    else if (walk.field === 24) metadata = merge(metadata, walk);
  }
  return { name, domains, routes, metadata, malformed: walk.malformed };
}
