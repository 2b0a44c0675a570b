import { Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  METRIC_FAMILIES,
  type MetricFamily,
  type MetricName,
  NSO_FAMILIES,
  NSO_NAMES,
} from "./metric_families.ts";

type Labels = Readonly<Record<string, string>>;

/** Numbers for Prometheus. Writing to a family that does not exist is a type error. */
export interface Metrics {
  /** Adds to a counter; 1 unless told. */
  add(name: MetricName, labels?: Labels, by?: number): void;
  /** Sets a gauge. */
  set(name: MetricName, value: number, labels?: Labels): void;
  /** Swaps every series of a gauge for these, in one step: no scrape sees the half of it. */
  replace(name: MetricName, rows: readonly { readonly labels: Labels; readonly value: number }[]): void;
  /** Puts a value into a histogram: seconds or bytes, as the family says. */
  observe(name: MetricName, value: number, labels?: Labels): void;
  /**
   * The exposition text.
   *
   * @param accept The Accept header of the scrape; OpenMetrics is given where it is asked for.
   */
  render(accept?: string): Promise<{ body: string; contentType: string }>;
}

/** What is shown beside, and what is not. */
export interface MetricsOptions {
  /** `nso` shows the families of {@linkcode NSO_NAMES} under those names as well, and {@linkcode NSO_FAMILIES}. Default `none`. */
  readonly compat?: "none" | "nso";
  /** Whether the families with one series per listener or per Secret are shown. Default true. */
  readonly perHost?: boolean;
  /** The source revision for `certgate_build_info`. Default `unknown`. */
  readonly revision?: string;
}

type Family = Counter | Gauge | Histogram;

/**
 * Makes the registry with every family present, at zero where the label values are known beforehand.
 *
 * @param version The version for `certgate_build_info`.
 * @param usage Resident bytes, CPU seconds and the start (Unix seconds) of the process, read at each scrape.
 */
export function openMetrics(
  version: string,
  usage: () => { rss: number; cpuSeconds: number; startSeconds: number },
  { compat = "none", perHost = true, revision = "unknown" }: MetricsOptions = {},
): Metrics {
  const plain = new Registry();
  const open: Registry = new Registry();
  open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const families = new Map<string, Family[]>();
  const names = new Map<Family, string>();
  const known = Object.entries({ ...METRIC_FAMILIES, ...NSO_FAMILIES }) as [MetricName, MetricFamily][];
  for (const [name, family] of known) {
    const shown = name in NSO_FAMILIES ? compat === "nso" : perHost || family.per === undefined;
    const shownAs = shown ? [name, ...compat === "nso" ? [NSO_NAMES[name] ?? []].flat() : []] : [];
    const made = shownAs.map((name) => makeFamily(name, family, [plain, open]));
    made.forEach((one, i) => names.set(one, shownAs[i]));
    families.set(name, made);
  }
  const all = <T extends Family>(name: MetricName) => families.get(name) as T[];
  const metrics: Metrics = {
    add: (name, labels = {}, by = 1) => all<Counter>(name).forEach((one) => one.inc(labels, by)),
    set: (name, value, labels = {}) => all<Gauge>(name).forEach((one) => one.set(labels, value)),
    replace(name, rows) {
      for (const one of all<Gauge>(name)) {
        one.reset();
        for (const { labels, value } of rows) one.set(labels, value);
      }
    },
    observe: (name, value, labels = {}) => all<Histogram>(name).forEach((one) => one.observe(labels, value)),
    async render(accept = "") {
      const { rss, cpuSeconds, startSeconds } = usage();
      metrics.set("process_resident_memory_bytes", rss);
      metrics.set("process_start_time_seconds", startSeconds);
      for (const cpu of all<Counter>("process_cpu_seconds_total")) {
        cpu.reset();
        cpu.inc(cpuSeconds);
      }
      // Every value is taken before the first await inside: families that were written in one step are shown together.
      const registry = accept.includes("application/openmetrics-text") ? open : plain;
      const body = registry.metrics();
      // For OpenMetrics prom-client takes "_total" off the names of counters, and leaves it off.
      for (const one of [...families.values()].flat()) Object.assign(one, { name: names.get(one) });
      return { body: await body, contentType: registry.contentType };
    },
  };
  metrics.set("certgate_build_info", 1, { version, revision });
  return metrics;
}

function makeFamily(name: string, family: MetricFamily, registers: Registry[]): Family {
  const settings = { name, help: family.help, labelNames: Object.keys(family.labels ?? {}), registers };
  const made = family.type === "counter"
    ? new Counter(settings)
    : family.type === "gauge"
    ? new Gauge(settings)
    : new Histogram({ ...settings, buckets: [...family.buckets ?? []] });
  startAtZero(made, family);
  return made;
}

function startAtZero(made: Family, family: MetricFamily): void {
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
