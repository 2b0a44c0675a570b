import { ENVOY_UPDATES, type EnvoyStatus, type EnvoyUpdate, SDS_CLUSTER } from "../model/mod.ts";
import type { HttpGet } from "./_http_get.ts";

/** Everything about one Envoy has to be there within this; a look that hangs is worth less than the next one. */
const TIMEOUT = 1000;
const MOST_BYTES = 4 * 1024 * 1024;
/** 366 bytes a certificate were measured; this is room for 100,000. */
const MOST_BYTES_OF_CERTIFICATES = 48 * 1024 * 1024;
/** 110 bytes a route configuration were measured; this is room for 100,000. */
const MOST_BYTES_OF_ROUTES = 12 * 1024 * 1024;
/** Certificates are asked for this often even if nothing seems to have changed. */
const LONGEST_BELIEF = 60_000;

// `usedonly` leaves out the counters of zero, which are nearly all of several thousand.
const STATS = "/stats?format=json&usedonly&filter=" + encodeURIComponent(
  `(update_rejected|init_fetch_timeout|^listener_manager\\.total_.*|^cluster\\.(xds_cluster|${SDS_CLUSTER})\\.upstream_cx_rx_bytes_total)$`,
);
// One row for each route configuration, thousands on a large host: only while somebody waits for one.
const ROUTES = "/stats?format=json&usedonly&filter=" +
  encodeURIComponent("^http\\..*\\.rds\\..*\\.update_time$");
const WARMING = "/config_dump?resource=dynamic_listeners&mask=name,warming_state.version_info";

/** What was learnt of one Envoy by earlier looks. */
export interface EnvoyMemory {
  /** The certificates that it had loaded, and what its counters were before it was asked for them. */
  readonly serials: readonly string[];
  /** Counters that move with everything that reaches Envoy; `null` if it has none that would. */
  readonly stamp: string | null;
  /** Whether the counters were the same before and after. */
  readonly steady: boolean;
  /** Milliseconds of a clock that never jumps. */
  readonly askedAt: number;
}

/** What {@linkcode askEnvoy} is to go by. */
export interface AskOptions {
  /** What an earlier look has learnt of the same Envoy. */
  readonly before?: EnvoyMemory;
  /** Whether to ask when it took an update of routes last, too. */
  readonly routes?: boolean;
}

/** An Envoy and what to remember of it. */
export interface Asked {
  readonly status: EnvoyStatus;
  readonly memory: EnvoyMemory;
}

/**
 * Asks one Envoy how it is.
 *
 * `/certs` costs Envoy's main thread 27 ms for 1,000 certificates, so it is asked again only if something has reached
 * Envoy since, or while old filter chains are draining, and once a minute in any case.
 *
 * @throws {Error} with words for people, if it does not answer as an Envoy does.
 */
export async function askEnvoy(
  admin: string,
  get: HttpGet,
  { before, routes = false }: AskOptions = {},
): Promise<Asked> {
  const deadline = performance.now() + TIMEOUT;
  const ask = async (path: string, maxBytes = MOST_BYTES): Promise<unknown> => {
    const text = await get(admin, path, {
      timeoutMs: Math.max(1, Math.ceil(deadline - performance.now())),
      maxBytes,
    });
    try {
      return JSON.parse(text);
    } catch {
      throw new Error("its answer is not that of an Envoy");
    }
  };
  const [info, stats] = await Promise.all([ask("/server_info").then(readInfo), ask(STATS).then(readStats)]);
  // Before an Envoy is live none of its listeners serves, and none counts as warming.
  const starting = info.state !== "LIVE";
  const warming = stats.warming === 0 && !starting ? [] : readWarming(await ask(WARMING), starting);
  const { rejected, initFetchTimeouts } = stats;
  const memory = isStillTrue(before, stats)
    ? before
    : await askSerials(() => ask("/certs", MOST_BYTES_OF_CERTIFICATES), stats, before);
  const { serials } = memory;
  const status = { admin, up: true, message: "", ...info, rejected, initFetchTimeouts, warming, serials };
  if (!routes) return { status, memory };
  // Who waits for it waits on; nothing else of this Envoy is worse known without it.
  const updates = await ask(ROUTES, MOST_BYTES_OF_ROUTES).then(readUpdateTime, () => undefined);
  return { status: updates === undefined ? status : { ...status, routesUpdatedAt: updates }, memory };
}

/** The latest of the times at which an update of a route configuration was taken; 0 if none was. */
function readUpdateTime(answer: unknown): number {
  return listOf(objectOf(answer).stats).reduce<number>((latest, row) => {
    const { name, value } = objectOf(row);
    return typeof name === "string" && typeof value === "number" ? Math.max(latest, value) : latest;
  }, 0);
}

function isStillTrue(before: EnvoyMemory | undefined, { stamp, moving }: Stats): before is EnvoyMemory {
  return before !== undefined && before.steady && stamp !== null && before.stamp === stamp && !moving &&
    performance.now() - before.askedAt < LONGEST_BELIEF;
}

async function askSerials(
  ask: () => Promise<unknown>,
  { stamp, moving }: Stats,
  before: EnvoyMemory | undefined,
): Promise<EnvoyMemory> {
  const askedAt = performance.now();
  const serials = readSerials(await ask());
  // What was still being taken in while the first answer was made is in the second one.
  return { serials, stamp, steady: !moving && before?.stamp === stamp, askedAt };
}

/** The status of an Envoy that gives no answer. */
export function downStatus(admin: string, cluster: string, message: string): EnvoyStatus {
  const rejected = { lds: 0, cds: 0, rds: 0, sds: 0 };
  const nothing = { version: "", state: "", rejected, initFetchTimeouts: 0, warming: [], serials: [] };
  return { admin, up: false, message, cluster, ...nothing };
}

function readInfo(answer: unknown): Pick<EnvoyStatus, "version" | "state" | "cluster"> {
  const { version, state, command_line_options: options } = objectOf(answer);
  // `<commit>/1.40.0/Clean/RELEASE/BoringSSL`
  if (typeof version !== "string" || typeof state !== "string") {
    throw new Error("its answer is not that of an Envoy");
  }
  return {
    version: version.split("/")[1] ?? version,
    state,
    cluster: String(objectOf(options).service_cluster ?? ""),
  };
}

interface Stats {
  readonly rejected: Record<EnvoyUpdate, number>;
  readonly initFetchTimeouts: number;
  readonly warming: number;
  readonly stamp: string | null;
  /** Whether what is loaded may change although nothing arrives. */
  readonly moving: boolean;
}

function readStats(answer: unknown): Stats {
  const rejected: Record<EnvoyUpdate, number> = { lds: 0, cds: 0, rds: 0, sds: 0 };
  const found = { rejected, initFetchTimeouts: 0, warming: 0, moving: false };
  const arrived: string[] = [];
  for (const row of listOf(objectOf(answer).stats)) {
    const { name, value } = objectOf(row);
    if (typeof name !== "string" || typeof value !== "number") continue;
    if (name.endsWith("init_fetch_timeout")) found.initFetchTimeouts += value;
    else if (name.endsWith("update_rejected")) {
      const kind = kindOf(name);
      if (kind !== null) rejected[kind] += value;
    } else if (name.endsWith("rx_bytes_total")) arrived.push(`${name}=${value}`);
    else if (name.endsWith("total_listeners_warming")) found.warming = value;
    if (/\.total_\w+_(warming|draining)$/.test(name) && value > 0) found.moving = true;
  }
  return { ...found, stamp: arrived.length === 0 ? null : arrived.sort().join() };
}

/** `listener_manager.lds.…`, `cluster_manager.cds.…`, `http.<prefix>.rds.<route>.…`, `sds.<secret>.…` */
function kindOf(name: string): EnvoyUpdate | null {
  if (name.startsWith("sds.")) return "sds";
  return ENVOY_UPDATES.find((kind) => name.includes(`.${kind}.`)) ?? null;
}

function readWarming(answer: unknown, all: boolean): string[] {
  return listOf(objectOf(answer).configs).flatMap((config) => {
    const { name, warming_state: waiting } = objectOf(config);
    return typeof name === "string" && (all || waiting !== undefined) ? [name] : [];
  }).sort();
}

function readSerials(answer: unknown): string[] {
  const { certificates } = objectOf(answer);
  if (certificates !== undefined && !Array.isArray(certificates)) {
    throw new Error("its list of certificates does not read");
  }
  const serials = new Set<string>();
  for (const context of listOf(certificates)) {
    for (const certificate of listOf(objectOf(context).cert_chain)) {
      const { serial_number: serial } = objectOf(certificate);
      if (typeof serial === "string") serials.add(sameDigits(serial));
    }
  }
  return [...serials].sort();
}

/** Two digits a byte, as facts have it. */
function sameDigits(serial: string): string {
  const [, minus, digits] = /^(-?)0*(.*)$/.exec(serial.toLowerCase())!;
  return minus + (digits === "" ? "00" : digits.padStart(digits.length + digits.length % 2, "0"));
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
