import { digestPairs } from "../health/mod.ts";
import type { GateStatus, ListenerStatus, PairStatus } from "../model/mod.ts";
import type { AgentStatus } from "../server/mod.ts";
import { envoyStep, handshakeStep } from "./explain_delivery.ts";
import { gatherEvidence, type Probe } from "./explain_evidence.ts";
import { pairSteps } from "./explain_pairs.ts";
import type { Chain, Explanation } from "./explain_report.ts";
import { sdsStep } from "./explain_sds.ts";
import { sentenceOf } from "./explain_sentence.ts";
import { keyOf, type Step, type StepInput } from "./explain_step.ts";
import { findPairs } from "./find_pairs.ts";

/**
 * A hostname where Envoy itself asks for certificates: there is no Gateway, so the pair that has the name is followed.
 *
 * @param options `port`: where Envoy listens, for the handshake; not there means the port of HTTPS, if somebody listens there.
 * @returns `null` where no pair has the name.
 */
export async function explainPlain(
  hostname: string,
  status: AgentStatus & { readonly gate: GateStatus },
  { probe, port: said }: { readonly probe: Probe; readonly port: number | undefined },
): Promise<Explanation | null> {
  const port = said ?? HTTPS;
  const rows = digestPairs(status.gate, status.sds);
  const chains = await Promise.all(
    findPairs(hostname, status.gate.pairs).map(async ({ hostname: name, pair }): Promise<Chain> => {
      const listener = standIn(pair, { hostname: name, port });
      const parts = { hostname, pairs: [pair], output: "", probe };
      const evidence = await gatherEvidence(listener, parts);
      const input = { listener, behind: [], status, evidence, policy: null };
      const guessed = said === undefined && evidence.probe?.kind === "unreachable";
      const steps = [...plainSteps(input, pair), guessed ? notAsked(port) : handshakeStep(input)];
      const served = isServed(steps);
      const row = rows.find(({ secret }) => secret === keyOf(pair))!;
      return {
        gateway: "",
        listener: keyOf(pair),
        hostname: name,
        port,
        served,
        sentence: sentenceOf(hostname, row, { steps, served }),
        steps,
      };
    }),
  );
  if (chains.length === 0) return null;
  // Which of several pairs with the name Envoy uses is written in its own configuration.
  return { hostname, served: chains.some(({ served }) => served), chains };
}

function plainSteps(input: StepInput, pair: PairStatus): Step[] {
  const { status } = input;
  const sds = sdsStep([pair], { sds: status.sds, plain: true });
  return [
    ...pairSteps(input),
    ...sds === null ? [] : [sds],
    ...status.gate.envoys.length > 0 ? [envoyStep(input)] : [],
  ];
}

const HTTPS = 443;

function notAsked(port: number): Step {
  const words = `nobody listens at 127.0.0.1:${port}; --port says where Envoy does`;
  return { name: "handshake", mark: "unknown", evidence: [words] };
}

function isServed(steps: readonly Step[]): boolean {
  const handshake = steps.at(-1)!;
  if (handshake.mark !== "unknown") return handshake.mark === "ok";
  return steps.every(({ name, mark }) => mark !== "failed" && (name !== "sds" || mark === "ok"));
}

/** Envoy's own listener, as far as it is known: it asks for this pair. */
function standIn(
  pair: PairStatus,
  { hostname, port }: { readonly hostname: string; readonly port: number },
): ListenerStatus {
  const { namespace, name, verdict, serving, served, warnings } = pair;
  const notAfter = served === null ? null : Date.parse(served.notAfter);
  const serial = served?.serial ?? null;
  const names = served?.names ?? [];
  const gateway = { namespace: "", name: "" };
  return {
    gateway,
    owner: { ...gateway, kind: "Gateway" },
    name: "",
    place: "",
    protocol: "TLS",
    port,
    hostname,
    published: null,
    managed: true,
    secrets: [{ namespace, name, verdict, serving, serial, notAfter, neverGate: false, names, warnings }],
    problem: null,
    reason: verdict.reason,
    cause: verdict.cause,
    message: "",
    detail: "",
    conditions: [],
    delivery: "unknown",
  };
}
