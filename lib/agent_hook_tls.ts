import { X509Certificate } from "node:crypto";
import type { HookTlsPart, HookTlsStatus, Log } from "./model/mod.ts";
import type { Metrics } from "./outputs/mod.ts";
import { makeSelfSigned } from "./pki/mod.ts";
import type { Config } from "./resources/mod.ts";
import {
  type ClientGuard,
  fitsTogether,
  HookCredentials,
  type HookIdentity,
  type HookTrust,
  isWhole,
  judgeClient,
  OLDEST_DENO,
  type OpenFailure,
  runtimeChecksClients,
  takeIdentity,
  type Taken,
  takeTrust,
} from "./server/mod.ts";
import { type FileSet, openFileSet } from "./sources/mod.ts";
import { hookTlsStatus, showHookTls } from "./agent_hook_tls_status.ts";
import { RefusedClients } from "./agent_refused_clients.ts";

type TlsConfig = NonNullable<Config["hook"]["tls"]>;

/** The doors that have TLS; the same keys of the configuration say how. */
export type TlsDoor = "hook" | "sds";

/** What TLS of the hook is opened with. */
export interface HookTlsParts {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Version of the runtime; the one in use unless told. */
  readonly runtime?: string;
}

/** A pair that the agent shows to its own hook. */
type ProbePair = Awaited<ReturnType<typeof makeSelfSigned>>;

/**
 * TLS of the hook: reads the files again and again, and puts what has changed into use without ending a connection.
 *
 * What is in use is replaced in one step, and only by something that works; otherwise it stays, and that is told.
 */
export class HookTls {
  readonly kind = "tls";
  readonly credentials: HookCredentials;
  /**
   * For the agent's own question whether the hook answers. The pair is made at the start and its key is nowhere but in this
   * process, so the guard can let it in by its bytes alone: certgate's own pair need not be one for clients.
   */
  readonly probe: ProbePair;
  readonly guard: ClientGuard;
  readonly #parts: HookTlsParts;
  readonly #refused: RefusedClients;
  readonly #problems: Record<HookTlsPart, string> = { identity: "", trust: "" };
  #identity: HookIdentity;
  #trust: HookTrust;
  #config: Config;
  #files: { readonly identity: FileSet; readonly trust: FileSet } | null = null;

  readonly #door: TlsDoor;

  private constructor(
    door: TlsDoor,
    parts: HookTlsParts,
    probe: ProbePair,
    identity: Taken<HookIdentity> & { readonly inUse: HookIdentity },
    trust: Taken<HookTrust> & { readonly inUse: HookTrust },
  ) {
    this.#door = door;
    this.#parts = parts;
    this.#config = parts.config;
    this.probe = probe;
    this.#identity = identity.inUse;
    this.#trust = trust.inUse;
    this.credentials = new HookCredentials(this.#material());
    this.#refused = new RefusedClients(parts);
    const own = new X509Certificate(probe.certificate as never).raw;
    this.guard = {
      judge: (chain, verified) => {
        if (chain.length > 0 && own.equals(chain[0])) return null;
        const { refusal, detail } = judgeClient(chain, this.#trust.anchors, {
          allowedNames: this.#tls.allowedNames,
          now: parts.clock(),
        });
        if (refusal !== null) return { refusal, detail };
        return verified ? null : { refusal: "other", detail: `${detail} is not verified by the runtime` };
      },
      refused: (client) => this.#refused.count(client),
    };
    this.#note("identity", identity.problem, true);
    this.#note("trust", trust.problem, true);
  }

  /** Reads the files; what cannot be used at the start is a failure, since there is nothing to stay with. */
  static async open(
    name: TlsDoor,
    tls: TlsConfig,
    parts: HookTlsParts,
  ): Promise<HookTls | OpenFailure> {
    const runtime = parts.runtime ?? Deno.version.deno;
    if (!runtimeChecksClients(runtime)) {
      return {
        kind: "failed",
        message: `Cannot use ${name}.tls: Deno ${runtime} lets clients in without a certificate`,
        hint: `run certgate with Deno ${OLDEST_DENO} or newer, or listen on a Unix socket`,
      };
    }
    let onLook = () => {};
    const open = (paths: readonly string[], fits: (files: readonly Uint8Array[]) => boolean) =>
      openFileSet({ paths, watch: parts.config.watch, ...parts, fits, onLook: () => onLook() });
    const files = {
      identity: open([tls.certificate, tls.key], fitsTogether),
      trust: open([tls.clientCa], isWhole),
    };
    await Promise.all([files.identity.first, files.trust.first]);
    const now = parts.clock();
    const identity = takeIdentity(files.identity.content()!, null, now);
    const trust = takeTrust(files.trust.content()!, null, now);
    if (identity.inUse === null || trust.inUse === null) {
      await Promise.all([files.identity.stop(), files.trust.stop()]);
      const [key, problem] = identity.inUse === null
        ? ["certificate", identity.problem]
        : ["clientCa", trust.problem];
      return {
        kind: "failed",
        message: `Cannot use ${name}.tls.${key}: ${problem}`,
        hint:
          "the files have to be there and in order when certgate starts; later ones that are not are passed over",
      };
    }
    const probe = await makeSelfSigned({ commonName: "certgate-probe", now, days: 3650 });
    const door = new HookTls(name, parts, probe, { ...identity, inUse: identity.inUse }, {
      ...trust,
      inUse: trust.inUse,
    });
    door.#files = files;
    onLook = () => door.#take();
    door.#take();
    return door;
  }

  /** Takes the names that clients need from another configuration; everything else needs a restart. */
  use(config: Config): void {
    this.#config = config;
  }

  /** Looks at the files now. */
  async look(): Promise<void> {
    await Promise.all([this.#files!.identity.look(), this.#files!.trust.look()]);
  }

  /** As `/v1/status` shows it. */
  status(): HookTlsStatus {
    return hookTlsStatus({
      identity: this.#identity,
      trust: this.#trust,
      problems: this.#problems,
      allowedNames: this.#tls.allowedNames,
      refused: this.#refused.counts(),
      expiresSoon: this.#config.gate.expiresSoon,
    }, this.#parts.clock());
  }

  /** Ends the looking. */
  async stop(): Promise<void> {
    await Promise.all([this.#files!.identity.stop(), this.#files!.trust.stop()]);
  }

  get #tls(): TlsConfig {
    return this.#config[this.#door].tls ?? this.#parts.config[this.#door].tls!;
  }

  #material() {
    const { certificate, key } = this.#identity;
    return { certificate, key, clientCa: this.#trust.bundle };
  }

  #take(): void {
    const { log, metrics, clock } = this.#parts;
    const now = clock();
    const identity = takeIdentity(this.#files!.identity.content()!, this.#identity, now);
    const trust = takeTrust(this.#files!.trust.content()!, this.#trust, now);
    const changed: HookTlsPart[] = [];
    if (identity.inUse !== this.#identity) changed.push("identity");
    if (trust.inUse !== this.#trust) changed.push("trust");
    if (changed.length > 0) {
      this.#identity = identity.inUse!;
      this.#trust = trust.inUse!;
      this.credentials.use(this.#material());
      for (const part of changed) {
        if (this.#door === "hook") {
          metrics.add("certgate_hook_tls_reloads_total", { part, outcome: "success" });
        }
      }
      const { leaf: { subject, fingerprint } } = this.#identity;
      log.info("TLS files have changed, new connections use them", {
        door: this.#door,
        changed,
        subject,
        fingerprint,
        authorities: this.#trust.anchors.map(({ facts }) => facts.subject),
        left_out: this.#trust.leftOut,
      });
    }
    this.#note("identity", identity.problem);
    this.#note("trust", trust.problem);
    if (this.#door === "hook") showHookTls(metrics, this.status());
  }

  /** Told where it changes, not at each look. */
  #note(part: HookTlsPart, problem: string, first = false): void {
    const before = this.#problems[part];
    if (problem === before) return;
    const { log, metrics } = this.#parts;
    this.#problems[part] = problem;
    if (problem === "") log.info("TLS files are in order again", { door: this.#door, part });
    else {
      if (this.#door === "hook") metrics.add("certgate_hook_tls_reloads_total", { part, outcome: "failure" });
      const sentence = first
        ? "a part of the TLS files cannot be used"
        : "TLS files cannot be used, what was read before stays";
      log.error(sentence, { door: this.#door, part, problem });
    }
  }
}
