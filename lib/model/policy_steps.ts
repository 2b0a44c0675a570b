import type { ChainPlace } from "./plan.ts";
import type { ConnectorFate, LocalReply, PolicyEntry, WafFilter } from "./policy_objects.ts";

/** A place in the routes of a snapshot; indices are positions in the request. */
export interface RouteConfigPlace {
  /** Index in the request's routes. */
  readonly routeConfig: number;
  /** Its xDS name. */
  readonly routeConfigName: string;
}

/** A virtual host. */
export interface VirtualHostPlace extends RouteConfigPlace {
  /** Index in its route configuration. */
  readonly virtualHost: number;
  /** Its xDS name. */
  readonly virtualHostName: string;
}

/** A route. */
export interface RoutePlace extends VirtualHostPlace {
  /** Index in its virtual host. */
  readonly route: number;
  /** Its xDS name; may be empty. */
  readonly routeName: string;
}

/** An HTTP connection manager. */
export interface HttpManagerPlace {
  /** Index in the request's listeners. */
  readonly listener: number;
  /** Its xDS name. */
  readonly listenerName: string;
  /** Where its filter chain stands. */
  readonly chain: ChainPlace;
  /** Index among the network filters of the chain. */
  readonly filter: number;
}

/** A cluster. */
export interface ClusterPlace {
  /** Index in the request's clusters. */
  readonly cluster: number;
  /** Its xDS name. */
  readonly clusterName: string;
}

/**
 * One change that comes from policy objects.
 *
 * | kind | what the answer has instead |
 * |---|---|
 * | `insert_waf_filter` | the HTTP connection manager with the Coraza filter first, switched off |
 * | `set_local_reply` | the HTTP connection manager with a local reply of its own |
 * | `stamp_route` | the route with the project's name, and where a policy governs with the policy and its directives |
 * | `replace_cluster` | a cluster of the same name that leads into the tunnel |
 * | `bind_cluster` | the cluster with its sockets bound to a device |
 * | `add_connect_route` | the virtual host with a route for CONNECT first, and one more domain |
 * | `add_offline_route` | the virtual host with a route first that answers CONNECT with 503 |
 * | `refuse_route` | the route with a direct response as its action; match, metadata and the rest stay |
 * | `fail_virtual_host` | the virtual host with one route that answers everything with 500 |
 * | `fail_http_manager` | the HTTP connection manager with a route configuration of its own that answers 500 |
 */
export type PolicyStep =
  | HttpManagerPlace & { readonly kind: "insert_waf_filter"; readonly waf: WafFilter }
  | HttpManagerPlace & { readonly kind: "set_local_reply"; readonly reply: LocalReply }
  | RoutePlace & {
    readonly kind: "stamp_route";
    readonly project: string;
    /** `null`: only the project's name is written. */
    readonly policy: PolicyEntry | null;
    readonly waf: WafFilter;
  }
  | ClusterPlace & {
    readonly kind: "replace_cluster";
    readonly tunnel: Extract<ConnectorFate, { readonly online: true }>;
    /** Name of the internal listener that is the tunnel's entrance. */
    readonly tunnelListener: string;
  }
  | ClusterPlace & {
    readonly kind: "bind_cluster";
    /** At most 15 bytes. */
    readonly device: string;
  }
  | VirtualHostPlace & {
    readonly kind: "add_connect_route";
    readonly name: string;
    readonly cluster: string;
    /** `null` where the virtual host has it already. */
    readonly domain: string | null;
  }
  | VirtualHostPlace & { readonly kind: "add_offline_route"; readonly name: string }
  | RoutePlace & { readonly kind: "refuse_route"; readonly status: 500 | 503; readonly body: string }
  | VirtualHostPlace & { readonly kind: "fail_virtual_host" }
  | HttpManagerPlace & { readonly kind: "fail_http_manager" };
