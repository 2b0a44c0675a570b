/** Counters of one Envoy that say whether it refused, or still waits for, anything. */
export interface Refusals {
  /** Each counter of a refused update that is not zero. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Listeners that wait for something before they take traffic. */
  readonly warming: number;
}

/** A resource as Envoy writes it: names as in its API. */
export type DumpedResource = { readonly name: string } & Readonly<Record<string, unknown>>;

type DumpedEntry =
  & Readonly<Record<string, DumpedResource | undefined>>
  & { readonly active_state?: Readonly<Record<string, DumpedResource | undefined>> };

const DUMPED = {
  route_config: "dynamic_route_configs",
  listener: "dynamic_listeners",
  cluster: "dynamic_active_clusters",
} as const;

/** Reads the admin interface of a running Envoy. */
export class EnvoyAdmin {
  constructor(readonly address: string) {}

  async #get(path: string): Promise<Response> {
    return await fetch(`http://${this.address}${path}`, { signal: AbortSignal.timeout(5000) });
  }

  /** Whether Envoy says that it is ready for traffic. */
  async ready(): Promise<boolean> {
    const response = await this.#get("/ready");
    await response.body?.cancel();
    return response.ok;
  }

  /** What Envoy Gateway named this Envoy after: `namespace/name` of a Gateway, or the class. */
  async cluster(): Promise<string> {
    const response = await this.#get("/server_info");
    const info = await response.json() as { command_line_options: { service_cluster: string } };
    return info.command_line_options.service_cluster;
  }

  /** Statistics whose name matches a regular expression, histograms left out. */
  async stats(filter: string): Promise<Record<string, number>> {
    const response = await this.#get(`/stats?format=json&filter=${encodeURIComponent(filter)}`);
    const { stats } = await response.json() as { stats: { name?: string; value?: number }[] };
    return Object.fromEntries(
      stats.flatMap(({ name, value }) => name !== undefined && value !== undefined ? [[name, value]] : []),
    );
  }

  /** What was refused since the start of this Envoy, and what waits now. */
  async refusals(): Promise<Refusals> {
    const stats = await this.stats("(update_rejected|listener_manager\\..*)$");
    const rejected = Object.entries(stats).filter(([name, value]) =>
      value > 0 && (name.endsWith("update_rejected") || name.endsWith("listener_create_failure"))
    );
    return {
      rejected: Object.fromEntries(rejected),
      warming: stats["listener_manager.total_listeners_warming"] ?? 0,
    };
  }

  /** Serial numbers of all certificates that Envoy has loaded, lower-case hex, no leading zeros. */
  async serials(): Promise<Set<string>> {
    const response = await this.#get("/certs");
    const { certificates } = await response.json() as {
      certificates?: { cert_chain?: { serial_number?: string }[] }[];
    };
    const serials = (certificates ?? []).flatMap(({ cert_chain }) => cert_chain ?? [])
      .map(({ serial_number }) => (serial_number ?? "").toLowerCase().replace(/^0+(?=.)/, ""));
    return new Set(serials);
  }

  /** Names of the listeners that came from Envoy Gateway. */
  async listenerNames(): Promise<string[]> {
    const response = await this.#get("/config_dump?resource=dynamic_listeners&mask=name");
    const { configs } = await response.json() as { configs?: { name: string }[] };
    return (configs ?? []).map(({ name }) => name).sort();
  }

  /** Everything of a kind that came from Envoy Gateway, by name, as Envoy has it now. */
  async resources(kind: "route_config" | "listener" | "cluster"): Promise<Map<string, DumpedResource>> {
    const response = await this.#get(`/config_dump?resource=${DUMPED[kind]}`);
    const { configs } = await response.json() as { configs?: DumpedEntry[] };
    const found = (configs ?? []).flatMap((entry) => entry[kind] ?? entry.active_state?.[kind] ?? []);
    return new Map(found.map((resource) => [resource.name, resource]));
  }

  /** Names of the SDS secrets that Envoy holds or waits for. */
  async secretNames(): Promise<{ active: string[]; warming: string[] }> {
    const response = await this.#get("/config_dump?resource=dynamic_active_secrets&mask=name");
    const waiting = await this.#get("/config_dump?resource=dynamic_warming_secrets&mask=name");
    const names = async (from: Response) => {
      const { configs } = await from.json() as { configs?: { name: string }[] };
      return (configs ?? []).map(({ name }) => name).sort();
    };
    return { active: await names(response), warming: await names(waiting) };
  }
}
