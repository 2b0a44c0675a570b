import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { METRIC_FAMILIES, type MetricFamily, type MetricName } from "./metric_families.ts";

type Labels = Readonly<Record<string, string>>;

/** Numbers for Prometheus. Writing to a family that does not exist is a type error. */
export interface Metrics {
  /** Adds to a counter; 1 unless told. */
  add(name: MetricName, labels?: Labels, by?: number): void;
  /** Sets a gauge. */
  set(name: MetricName, value: number, labels?: Labels): void;
  /** Puts a value into a histogram: seconds or bytes, as the family says. */
  observe(name: MetricName, value: number, labels?: Labels): void;
  /**
   * The exposition text.
   *
   * @param accept The Accept header of the scrape; OpenMetrics is given where it is asked for.
   */
  render(accept?: string): Promise<{ body: string; contentType: string }>;
}

/**
 * Makes the registry with every family present at zero.
 *
 * @param version The version for `certgate_build_info`.
 * @param usage Resident bytes, CPU seconds and the start (Unix seconds) of the process, read at each scrape.
 */
export function openMetrics(
  version: string,
  usage: () => { rss: number; cpuSeconds: number; startSeconds: number },
): Metrics {
  const plain = new Registry();
  const open: Registry = new Registry();
  open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const families = new Map<string, Counter | Gauge | Histogram>();
  for (const [name, family] of Object.entries(METRIC_FAMILIES)) {
    const made = makeFamily(name, family, [plain, open]);
    startAtZero(made, family);
    families.set(name, made);
  }
  const metrics: Metrics = {
    add: (name, labels = {}, by = 1) => (families.get(name) as Counter).inc(labels, by),
    set: (name, value, labels = {}) => (families.get(name) as Gauge).set(labels, value),
    observe: (name, value, labels = {}) => (families.get(name) as Histogram).observe(labels, value),
    async render(accept = "") {
      const { rss, cpuSeconds, startSeconds } = usage();
      metrics.set("process_resident_memory_bytes", rss);
      metrics.set("process_start_time_seconds", startSeconds);
      const cpu = families.get("process_cpu_seconds_total") as Counter;
      cpu.reset();
      cpu.inc(cpuSeconds);
      const registry = accept.includes("application/openmetrics-text") ? open : plain;
      return { body: await registry.metrics(), contentType: registry.contentType };
    },
  };
  metrics.set("certgate_build_info", 1, { version });
  return metrics;
}

function makeFamily(name: string, family: MetricFamily, registers: Registry[]): Counter | Gauge | Histogram {
  const settings = { name, help: family.help, labelNames: Object.keys(family.labels ?? {}), registers };
  if (family.type === "counter") return new Counter(settings);
  if (family.type === "gauge") return new Gauge(settings);
  return new Histogram({ ...settings, buckets: [...family.buckets ?? []] });
}

function startAtZero(made: Counter | Gauge | Histogram, family: MetricFamily): void {
  for (const labels of combinations(Object.entries(family.labels ?? {}))) {
    if (made instanceof Counter) made.inc(labels, 0);
    else if (made instanceof Gauge) made.set(labels, 0);
    else made.zero(labels);
  }
}

function combinations(labels: (readonly [string, readonly string[]])[]): Labels[] {
  if (labels.length === 0) return [{}];
  const [[name, values], ...rest] = labels;
  return values.flatMap((value) => combinations(rest).map((labels) => ({ [name]: value, ...labels })));
}
