import type { BareCondition, Delivery, ListenerProblem, ListenerState, Reason } from "../model/mod.ts";

type Status = BareCondition["status"];

/** What a problem makes of the conditions; the Gateway API's own words where it has some. */
interface ProblemRow {
  /** Reason of `Accepted`; `null` where it stays true. */
  readonly accepted: string | null;
  /** Reason of `ResolvedRefs`; `null` where it stays true. */
  readonly resolvedRefs: string | null;
  /** Reason of `Programmed`, which is false for all. */
  readonly programmed: string;
}

const PROBLEMS: Readonly<Record<ListenerProblem, ProblemRow>> = {
  UnverifiedHostnamesPresent: refused("UnverifiedHostnamesPresent", "UnverifiedHostnamesPresent"),
  HostnameInUse: refused("HostnameInUse", "HostnameInUse"),
  Conflicted: refused("HostnameConflict"),
  ProtocolConflict: refused("ProtocolConflict"),
  NotAllowed: refused("NotAllowed"),
  NoParent: refused("ParentNotAccepted"),
  TooManyListeners: refused("TooManyListeners"),
  RefNotPermitted: { accepted: null, resolvedRefs: "RefNotPermitted", programmed: "Invalid" },
};

function refused(accepted: string, programmed = "Invalid"): ProblemRow {
  return { accepted, resolvedRefs: null, programmed };
}

/**
 * The conditions of a listener: `Accepted`, `ResolvedRefs`, `Programmed`, in that order.
 *
 * - Trouble with a certificate never makes `Accepted` false: the listener is right, and heals by itself.
 * - A problem of the hostname outranks every certificate; the certificates are not spoken of then.
 * - `Programmed` is true only for what is published and what Envoy serves, or cannot be asked about.
 *
 * Reasons are those of the Gateway API (`ListenerConditionReason` and those of ListenerSets), and two of the
 * network-services-operator for hostnames.
 *
 * @param state What the gate has made of the listener.
 * @param delivery How far Envoy is with it.
 */
export function listenerConditions(state: ListenerState, delivery: Delivery): BareCondition[] {
  const { message } = state;
  if (state.problem !== null) {
    const { accepted, resolvedRefs, programmed } = PROBLEMS[state.problem];
    return [
      condition("Accepted", accepted === null, accepted ?? "Accepted", accepted === null ? "" : message),
      condition(
        "ResolvedRefs",
        resolvedRefs === null,
        resolvedRefs ?? "ResolvedRefs",
        resolvedRefs === null ? "" : message,
      ),
      condition("Programmed", false, programmed, message),
    ];
  }
  const accepted = condition("Accepted", true, "Accepted", "");
  if (state.published === null) {
    return [
      accepted,
      condition("ResolvedRefs", false, "InvalidCertificateRef", message),
      condition("Programmed", false, "Invalid", message),
    ];
  }
  return [accepted, condition("ResolvedRefs", true, "ResolvedRefs", message), programmedBy(state, delivery)];
}

function programmedBy({ hostname, message }: ListenerState, delivery: Delivery): BareCondition {
  switch (delivery) {
    case "served":
    case "unknown":
      return condition("Programmed", true, "Programmed", message);
    case "waiting":
      return condition("Programmed", false, "Pending", `The proxy has not taken over ${hostname} yet.`);
    case "withheld":
      return condition(
        "Programmed",
        false,
        "Invalid",
        `The proxy cannot use what it was given for ${hostname}.`,
      );
  }
}

function condition(type: string, holds: boolean, reason: string, message: string): BareCondition {
  return { type, status: holds ? "True" : "False", reason, message };
}

/** How far the certificate of a hostname is, worst first. */
const STAGES = ["failed", "unknown", "pending", "ready"] as const;
type Stage = (typeof STAGES)[number];

const STAGE_OF: Readonly<Record<Reason, Stage>> = {
  Expired: "failed",
  KeyMismatch: "failed",
  Unreadable: "failed",
  Unsupported: "failed",
  NotYetValid: "pending",
  Pending: "pending",
  Missing: "pending",
  NotJudged: "unknown",
  Usable: "ready",
};

const READY: Readonly<Record<Stage, readonly [Status, string]>> = {
  ready: ["True", "CertificateIssued"],
  pending: ["False", "Pending"],
  unknown: ["Unknown", "Pending"],
  failed: ["False", "ProvisioningFailed"],
};

/**
 * The condition `CertificateReady` of one hostname, as the network-services-operator writes it on an HTTPProxy.
 *
 * A hostname of several listeners is as ready as the worst of them; one whose certificate is shared, and so never withheld by its
 * dates, is ready.
 *
 * @param hostname The name, as a person wrote it.
 * @param states The listeners that it is asked at: those of that hostname, of a wildcard that takes it, or of every name.
 */
export function certificateReady(hostname: string, states: readonly ListenerState[]): BareCondition {
  const { stage, messages } = gather(states);
  if (stage === null) {
    const message = `No certificate could be obtained for ${hostname} yet: no listener ends HTTPS for it.`;
    return { type: "CertificateReady", status: "False", reason: "Pending", message };
  }
  const [status, reason] = READY[stage];
  const [said = ""] = messages;
  const spoken = said === "" && status !== "True" ? "its listener is not published" : said;
  const message = spoken === "" || spoken.includes(hostname) ? spoken : `${hostname}: ${spoken}`;
  return { type: "CertificateReady", status, reason, message };
}

const AGGREGATE: Readonly<Record<Stage, readonly [Status, string]>> = {
  ready: ["True", "AllCertificatesReady"],
  pending: ["False", "CertificatesPending"],
  unknown: ["Unknown", "CertificatesPending"],
  failed: ["False", "CertificatesFailed"],
};

/** More than a few sentences are nothing that anybody reads. */
const MOST_MESSAGES = 3;

/**
 * The condition `CertificatesReady` of a Gateway or an HTTPProxy: the worst of its hostnames, with what there is to say of
 * those that are at that stage.
 *
 * @param states All its listeners.
 * @returns `null` where none of them ends TLS with a certificate.
 */
export function certificatesReady(states: readonly ListenerState[]): BareCondition | null {
  const { stage, messages } = gather(states);
  if (stage === null) return null;
  const [status, reason] = AGGREGATE[stage];
  const more = messages.length - MOST_MESSAGES;
  const shown = messages.slice(0, MOST_MESSAGES).join(" ");
  return {
    type: "CertificatesReady",
    status,
    reason,
    message: more > 0 ? `${shown} The same goes for ${more} more.` : shown,
  };
}

/** The worst stage of the listeners that end TLS, and the different messages of those that are at it. */
function gather(states: readonly ListenerState[]): { stage: Stage | null; messages: string[] } {
  const managed = states.filter((state) => state.managed);
  const owned = new Set(managed.filter((state) => !lostHostname(state)).map(({ hostname }) => hostname));
  // Whoever asks for a hostname that another listener has must not make that one look bad.
  const found = managed.filter((state) => !lostHostname(state) || !owned.has(state.hostname))
    .map((state) => ({ state, stage: stageOf(state) }));
  const stage = STAGES.find((stage) => found.some((one) => one.stage === stage)) ?? null;
  const messages = found.filter((one) => one.stage === stage).map(({ state }) => spokenOf(state));
  return { stage, messages: [...new Set(messages)].filter((message) => message !== "") };
}

/** Whether it is the hostname, and not the certificate, that keeps a listener out. */
function lostHostname({ problem }: ListenerState): boolean {
  return problem !== null && problem !== "RefNotPermitted";
}

/** What is said of the certificate; the message of a hostname's problem is about something else. */
function spokenOf(state: ListenerState): string {
  return lostHostname(state) ? "" : state.message;
}

function stageOf({ problem, reason, secrets }: ListenerState): Stage {
  if (problem === "RefNotPermitted") return "failed";
  if (secrets.some(({ neverGate, serving }) => neverGate && serving !== null)) return "ready";
  if (problem === null) return STAGE_OF[reason];
  // The hostname is what is wrong; how its certificate is has to be read from the certificate itself.
  const [first] = secrets;
  return first === undefined || secrets.some(({ serving }) => serving !== null)
    ? "ready"
    : STAGE_OF[first.verdict.reason];
}
