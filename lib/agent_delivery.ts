import { isDeepStrictEqual } from "node:util";
import type {
  Delivery,
  EnvoyStatus,
  GatePlan,
  GatewayState,
  JsonObject,
  ListenerSecret,
  ListenerState,
  ObjectKey,
  ObjectName,
} from "./model/mod.ts";
import { keyOf } from "./agent_names.ts";

/** A Gateway of an answered snapshot with the revision that it carried. */
export interface SeenGateway extends ObjectName {
  readonly revision: string;
}

// An Envoy that cannot be found for so long has its admin endpoint where nobody said.
const ENVOY_PATIENCE = 30_000;
// Envoy Gateway takes ten seconds and more for a thousand hosts, and each publication in between costs as much again.
const DIGESTION = 10_000;

/**
 * How far what was published has come: which revision Envoy Gateway has shown to the hook, and what the running Envoys
 * have loaded.
 */
export class DeliveryTracker {
  /** Revisions of the published CertState objects, by Gateway as it was published. */
  #published = new Map<ObjectKey, { revision: string; since: number }>();
  readonly #seen = new Map<ObjectKey, string>();
  #envoys: readonly EnvoyStatus[] = [];
  #serials: ReadonlySet<string> = new Set();
  readonly #expectsEnvoy: boolean;
  readonly #clock: () => number;
  #envoySeen = false;
  #coming = false;
  #firstCall: number | null = null;
  #usual = 0;

  /**
   * @param expectsEnvoy Whether Envoys are looked for; then what Envoy Gateway has is not yet served.
   * @param clock Milliseconds since the epoch.
   */
  constructor({ expectsEnvoy, clock }: { readonly expectsEnvoy: boolean; readonly clock: () => number }) {
    this.#expectsEnvoy = expectsEnvoy;
    this.#clock = clock;
  }

  /** Takes note of what was published. */
  published(plan: GatePlan): void {
    const now = this.#clock();
    const next = new Map<ObjectKey, { revision: string; since: number }>();
    for (const { kind, namespace, value } of plan.objects) {
      if (kind !== "CertState") continue;
      const { revision, targetRef } = value.spec as { revision: string; targetRef: JsonObject };
      const key = keyOf({ namespace, name: String(targetRef.name) });
      const before = this.#published.get(key);
      next.set(key, before?.revision === revision ? before : { revision, since: now });
    }
    this.#published = next;
    for (const key of this.#seen.keys()) if (!next.has(key)) this.#seen.delete(key);
  }

  /** Takes note of what a hook call carried; returns whether anything is different. */
  answered(gateways: readonly SeenGateway[]): boolean {
    const fresh = gateways.filter((gateway) => this.#seen.get(keyOf(gateway)) !== gateway.revision);
    if (gateways.length > 0) this.#firstCall ??= this.#clock();
    for (const gateway of fresh) {
      this.#seen.set(keyOf(gateway), gateway.revision);
      const wanted = this.#published.get(keyOf(gateway));
      if (wanted?.revision === gateway.revision) this.#usual = this.#clock() - wanted.since;
    }
    return fresh.length > 0;
  }

  /** Takes note of what the Envoys say; returns whether anything is different. */
  looked(envoys: readonly EnvoyStatus[]): boolean {
    // What was waited for is given up with time, too.
    const wasComing = this.#coming;
    this.#coming = this.#stillComing();
    if (isDeepStrictEqual(envoys, this.#envoys)) return this.#coming !== wasComing;
    this.#envoys = envoys;
    this.#envoySeen ||= envoys.some(isLive);
    // One that begins has its certificates loaded, and listens on nothing yet.
    this.#serials = new Set(envoys.filter(isLive).flatMap(({ serials }) => serials));
    return true;
  }

  /** What the Envoys said last. */
  get envoys(): readonly EnvoyStatus[] {
    return this.#envoys;
  }

  /** The revision that the hook has seen last of a Gateway as it was published. */
  seen(gateway: ObjectName): string | null {
    return this.#seen.get(keyOf(gateway)) ?? null;
  }

  /** Whether a call carried something other than what was published of a Gateway. */
  isOlder(gateways: readonly SeenGateway[]): boolean {
    return gateways.some((gateway) => {
      const wanted = this.#published.get(keyOf(gateway));
      return wanted !== undefined && wanted.revision !== gateway.revision;
    });
  }

  /** Milliseconds that the latest revision took from its publication to the hook; 0 before the first. */
  get usual(): number {
    return this.#usual;
  }

  /**
   * Whether Envoy Gateway is at work on what was published last. It does not skip what is outdated: what comes
   * meanwhile only keeps it from the newest.
   */
  get digesting(): boolean {
    const pending = this.pendingSince();
    if (this.#firstCall === null || pending === null) return false;
    // A clock that was set back says nothing about how long it has taken.
    const elapsed = this.#clock() - pending;
    return elapsed >= 0 && elapsed < DIGESTION;
  }

  /** Since when, in milliseconds since the epoch, a revision waits to be seen by the hook; `null` if none does. */
  pendingSince(): number | null {
    const waiting = [...this.#published].filter(([key, { revision }]) => this.#seen.get(key) !== revision);
    return waiting.length === 0 ? null : Math.min(...waiting.map(([, { since }]) => since));
  }

  /**
   * How far Envoy is with a listener. A certificate that it had all along counts as served while other listeners of
   * the Gateway are on their way.
   */
  of(listener: ListenerState): Delivery {
    const { published, secrets } = listener;
    if (published === null) return "withheld";
    if (this.#envoys.some(isLive)) {
      const wanted = secrets.flatMap((secret) => secret.serial === null ? [] : [secret]);
      // Envoy Gateway drops what is outside its dates at its next load, whenever that is: nobody can wait for it.
      if (wanted.some(isOutsideItsDates)) return "unknown";
      if (listener.managed) {
        return wanted.every(({ serial }) => this.#serials.has(serial!)) ? "served" : "waiting";
      }
      return this.#reached(published) ? "served" : "waiting";
    }
    return this.#reached(published) && !this.#stillComing() ? "unknown" : "waiting";
  }

  /** Whether an Envoy serves, and none has a certificate. @param serial Lower-case hex. */
  lacks(serial: string): boolean {
    return this.#envoys.some(isLive) && !this.#serials.has(serial);
  }

  /** Whether an Envoy that cannot be asked is still to come. */
  get expectsMore(): boolean {
    return this.#stillComing();
  }

  /** Envoy Gateway starts its Envoys after the first call; one that was there once comes back. */
  #stillComing(): boolean {
    if (!this.#expectsEnvoy || this.#firstCall === null) return false;
    const elapsed = this.#clock() - this.#firstCall;
    return this.#envoySeen || elapsed >= 0 && elapsed < ENVOY_PATIENCE;
  }

  // Without CertState objects nothing tells how far Envoy Gateway is.
  #reached(published: ObjectName): boolean {
    const key = keyOf(published);
    return !this.#published.has(key) || this.#seen.has(key);
  }

  /** Whether everything that was published of a Gateway has arrived. */
  converged(gateway: GatewayState, listeners: readonly ListenerState[]): boolean {
    const parts = gateway.published.map((name) => keyOf({ namespace: gateway.namespace, name }));
    const current = parts.every((key) => {
      const wanted = this.#published.get(key);
      return wanted === undefined || this.#seen.get(key) === wanted.revision;
    });
    return current && listeners.every((listener) => this.of(listener) !== "waiting");
  }
}

function isLive({ up, state }: EnvoyStatus): boolean {
  return up && state === "LIVE";
}

function isOutsideItsDates({ verdict, serving }: ListenerSecret): boolean {
  if (serving !== "current") return false;
  return verdict.reason === "Expired" || verdict.reason === "NotYetValid";
}
