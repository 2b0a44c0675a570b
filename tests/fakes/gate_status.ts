import type {
  Cause,
  Condition,
  Delivery,
  EnvoyStatus,
  GateStatus,
  GatewayStatus,
  ListenerSecret,
  ListenerStatus,
  PairStatus,
} from "../../lib/model/mod.ts";
import { CAUSES } from "../../lib/model/mod.ts";

/** The moment at which every sample was put together. */
export const SAMPLE_TIME = "2030-06-01T12:00:00Z";
/** When the certificates of the samples end. */
export const SAMPLE_END = "2030-08-01T12:00:00Z";

/** A listener of a sample. */
export interface SampleListener {
  readonly hostname: string;
  /** Default `https-` and the first label of the hostname. */
  readonly name?: string;
  /** Why its certificate is not usable. Default `usable`. */
  readonly cause?: Cause;
  /** An earlier certificate goes on being served. */
  readonly held?: boolean;
  readonly delivery?: Delivery;
  readonly message?: string;
  readonly port?: number;
  /** Where the pair is read. Default `/pairs/` and the name of the Secret. */
  readonly path?: string;
  readonly serial?: string;
  readonly fingerprint?: string;
}

/** A status of one Gateway, `default/eg`, with these listeners; `changes` replaces whole members. */
export function sampleStatus(
  listeners: readonly SampleListener[],
  changes: Partial<GateStatus> = {},
): GateStatus {
  const states = listeners.map(sampleListener);
  const gateway = sampleGateway(states);
  return {
    time: SAMPLE_TIME,
    gateways: [gateway],
    listeners: states,
    hostnames: [],
    proxies: [],
    pairs: listeners.map(samplePair),
    sources: [
      { source: "/pairs/*", up: true, pairs: listeners.length, errors: {}, message: "", watching: true },
    ],
    resources: { directory: "/etc/gateway", files: 1, objects: 3, findings: [] },
    output: {
      file: "/run/eg/certgate.yaml",
      revision: "whole-1",
      publishedAt: SAMPLE_TIME,
      message: "",
    },
    envoys: [sampleEnvoy(states)],
    converged: gateway.converged,
    clock: "",
    nextEdge: SAMPLE_END,
    ...changes,
  };
}

/** An Envoy that is up and has loaded what is served. */
export function sampleEnvoy(
  listeners: readonly ListenerStatus[],
  changes: Partial<EnvoyStatus> = {},
): EnvoyStatus {
  return {
    admin: "127.0.0.1:19000",
    up: true,
    message: "",
    cluster: "default/eg",
    version: "1.40.0",
    state: "LIVE",
    rejected: { lds: 0, cds: 0, rds: 0, sds: 0 },
    initFetchTimeouts: 0,
    warming: [],
    serials: listeners.filter(({ delivery }) => delivery === "served")
      .flatMap(({ secrets }) => secrets.flatMap(({ serial }) => serial ?? [])),
    ...changes,
  };
}

const secretOf = ({ hostname }: SampleListener) =>
  `${hostname.replace("*", "any").replaceAll(/[^a-z0-9.-]/g, "-")}-tls`;
const out = ({ cause = "usable", held = false }: SampleListener) => cause !== "usable" && !held;

function verdictOf({ cause = "usable" }: SampleListener) {
  const action = cause === "usable" ? "serve" as const : "withhold" as const;
  return { action, reason: CAUSES[cause].reason, cause, detail: cause === "usable" ? "" : "what was seen" };
}

function sampleListener(sample: SampleListener, index: number): ListenerStatus {
  const { hostname, name = `https-${hostname.split(".")[0]}`, cause = "usable", port = 8443 } = sample;
  const withheld = out(sample);
  const delivery = withheld ? "withheld" : sample.delivery ?? "served";
  const ends = Date.parse(SAMPLE_END);
  const secret: ListenerSecret = {
    namespace: "default",
    name: secretOf(sample),
    verdict: { ...verdictOf(sample), edge: null },
    serving: withheld ? null : sample.held ? "held" : "current",
    serial: withheld ? null : sample.serial ?? `0${index}ab`,
    notAfter: withheld ? null : ends,
    neverGate: false,
    names: [hostname],
    warnings: [],
  };
  const message = sample.message ?? (withheld ? `HTTPS for ${hostname} is off.` : "");
  return {
    gateway: { namespace: "default", name: "eg" },
    owner: { kind: "Gateway", namespace: "default", name: "eg" },
    name,
    place: `/etc/gateway/gateway.yaml:${10 + index}:5`,
    protocol: "HTTPS",
    port,
    hostname,
    published: withheld ? null : { namespace: "default", name: "eg", listener: name },
    managed: true,
    secrets: [secret],
    problem: null,
    reason: withheld ? CAUSES[cause].reason : "Usable",
    cause: withheld ? cause : "usable",
    message,
    detail: withheld ? "what was seen" : "",
    conditions: conditionsOf(withheld, delivery, message),
    delivery,
  };
}

function conditionsOf(withheld: boolean, delivery: Delivery, message: string): Condition[] {
  const condition = (type: string, holds: boolean, reason: string): Condition => ({
    type,
    status: holds ? "True" : "False",
    reason,
    message: holds ? "" : message,
    observedGeneration: 1,
    lastTransitionTime: "2030-06-01T10:00:00Z",
  });
  const programmed = delivery === "served" || delivery === "unknown";
  return [
    condition("Accepted", true, "Accepted"),
    condition("ResolvedRefs", !withheld, withheld ? "InvalidCertificateRef" : "ResolvedRefs"),
    condition("Programmed", programmed, programmed ? "Programmed" : withheld ? "Invalid" : "Pending"),
  ];
}

function sampleGateway(listeners: readonly ListenerStatus[]): GatewayStatus {
  const waiting = listeners.some(({ delivery }) => delivery === "waiting");
  return {
    namespace: "default",
    name: "eg",
    place: "/etc/gateway/gateway.yaml:1:1",
    published: ["eg"],
    revision: "rev-2",
    message: "",
    generation: 1,
    conditions: [],
    seenRevision: waiting ? "rev-1" : "rev-2",
    converged: !waiting,
  };
}

function samplePair(sample: SampleListener, index: number): PairStatus {
  const name = secretOf(sample);
  const certificate = {
    names: [sample.hostname],
    subject: `CN=${sample.hostname}`,
    issuer: "CN=sample issuer",
    serial: sample.serial ?? `0${index}ab`,
    fingerprint: sample.fingerprint ?? `AA:0${index}`,
    notBefore: "2030-05-01T12:00:00Z",
    notAfter: SAMPLE_END,
  };
  return {
    namespace: "default",
    name,
    origin: { kind: "source", source: "/pairs/*", path: sample.path ?? `/pairs/${name}` },
    verdict: verdictOf(sample),
    hint: "",
    serving: out(sample) ? null : sample.held ? "held" : "current",
    current: certificate,
    served: out(sample) ? null : certificate,
    expiresSoon: false,
    warnings: [],
  };
}
