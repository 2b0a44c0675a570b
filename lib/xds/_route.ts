import type { PolicyEntry, ResourceRef, WafFilter } from "../model/mod.ts";
import { readResourceRef } from "./_metadata.ts";
import { merge, type Span, valueOf } from "./_span.ts";
import { isStampedAs } from "./_stamp.ts";

/** The members of the oneof `action`: route, redirect, direct_response, filter_action, non_forwarding_action. */
const ACTIONS: ReadonlySet<number> = new Set([2, 3, 7, 17, 18]);

interface Targets {
  readonly names: readonly string[];
  readonly weighted: boolean;
}

const NOWHERE: Targets = { names: [], weighted: false };

/** One route of a virtual host, looked into only where somebody asks. */
export class RouteView {
  #parts: Parts | null = null;
  #resource: ResourceRef | null | undefined = undefined;
  #clusters: Targets | null = null;

  /** Places a route. */
  constructor(
    /** Position in its virtual host. */
    readonly place: number,
    /** The route as it came. */
    readonly span: Span,
  ) {}

  /** Its name; empty if it has none. */
  get name(): string {
    return this.#read().name?.text() ?? "";
  }

  /** True if it does not read. */
  get malformed(): boolean {
    return this.#read().malformed;
  }

  /** The object that Envoy Gateway made it of; `null` where its metadata does not say. */
  get resource(): ResourceRef | null {
    return this.#resource === undefined
      ? this.#resource = readResourceRef(this.#read().metadata)
      : this.#resource;
  }

  /** Clusters that it sends requests to, the weighted ones in order; mirrors do not count. */
  get clusters(): readonly string[] {
    return this.#targets().names;
  }

  /** Whether its clusters are weighted ones, also where there is only one of them. */
  get weighted(): boolean {
    return this.#targets().weighted;
  }

  /** Whether the route already says exactly what a `stamp_route` step would write. */
  isStampedAs(project: string, policy: PolicyEntry | null, waf: WafFilter): boolean {
    return isStampedAs(this.span, { project, policy, waf });
  }

  #targets(): Targets {
    return this.#clusters ??= readClusters(this.#read());
  }

  #read(): Parts {
    return this.#parts ??= readParts(this.span);
  }
}

interface Parts {
  readonly name: Span | null;
  readonly metadata: Span | null;
  /** Number of the last member of the oneof `action`; 0 if there is none. */
  readonly member: number;
  readonly action: Span | null;
  readonly malformed: boolean;
}

function readParts(span: Span): Parts {
  let name: Span | null = null;
  let metadata: Span | null = null;
  let member = 0;
  let action: Span | null = null;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    const { field } = walk;
    if (field === 14) name = valueOf(walk);
    else if (field === 4) metadata = merge(metadata, walk);
    else if (ACTIONS.has(field)) {
      action = merge(member === field ? action : null, walk);
      member = field;
    }
  }
  return { name, metadata, member, action, malformed: walk.malformed };
}

/** The oneof `cluster_specifier` of a route action: cluster, cluster_header, weighted_clusters, two plugins. */
function readClusters({ member, action }: Parts): Targets {
  if (member !== 2 || action === null) return NOWHERE;
  let one: string | null = null;
  let weighted: Span | null = null;
  const walk = action.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    const { field } = walk;
    if (field === 3) weighted = merge(weighted, walk);
    else if (field === 1 || field === 2 || field === 37 || field === 39) weighted = null;
    else continue;
    one = field === 1 ? valueOf(walk).text() : null;
  }
  if (weighted !== null) return { names: readWeighted(weighted), weighted: true };
  return one === null ? NOWHERE : { names: [one], weighted: false };
}

function readWeighted(weighted: Span): string[] {
  const names: string[] = [];
  const walk = weighted.walk();
  while (walk.next()) {
    if (walk.field !== 1 || walk.wire !== 2) continue;
    const cluster = valueOf(walk).walk();
    let name = "";
    while (cluster.next()) if (cluster.field === 1 && cluster.wire === 2) name = valueOf(cluster).text();
    if (name !== "") names.push(name);
  }
  return names;
}
