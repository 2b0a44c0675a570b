import { digestStatus, isPlainEnvoy } from "../health/mod.ts";
import type { GateStatus, ListenerStatus } from "../model/mod.ts";
import type { Config } from "../resources/mod.ts";
import type { AgentStatus } from "../server/mod.ts";
import { askAgent, placesOf } from "./ask_agent.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { gatherEvidence, type Probe, probeHere } from "./explain_evidence.ts";
import { explainPolicy } from "./explain_policy.ts";
import { explainPlain } from "./explain_plain.ts";
import { type Chain, type Explanation, renderExplanation } from "./explain_report.ts";
import { sentenceOf } from "./explain_sentence.ts";
import { keyOf, type Step } from "./explain_step.ts";
import { explainSteps } from "./explain_steps.ts";
import { closestHostnames, findListeners, readHostname } from "./find_listeners.ts";
import { namedPairs } from "./find_pairs.ts";
import { printable } from "./printable.ts";
import { type Format, renderData } from "./render_data.ts";
import { timeText } from "./status_report.ts";
import { errorLines, type Terminal } from "./terminal.ts";

/** Options of `certgate explain`. */
export interface ExplainOptions {
  readonly output: Format;
  /** Where the agent is asked instead of `http.listen`. */
  readonly url?: string;
  /** Where an Envoy without Envoy Gateway listens. */
  readonly port?: number;
}

/**
 * `certgate explain HOST`: from the files on disk to what Envoy serves now, each step with its evidence.
 *
 * @param probe How a client asks; default is a real handshake.
 * @returns 0 if it is served, 1 if not or if no listener has the name, 2 for what is no hostname, 3 if the agent does
 * not answer; the status file stands in then as far as it goes.
 */
export async function explain(
  host: string,
  config: Config,
  options: ExplainOptions,
  terminal: Terminal,
  probe: Probe = probeHere,
): Promise<ExitCode> {
  const hostname = readHostname(host);
  const places = placesOf(config, options.url);
  if (hostname === null || typeof places === "string") {
    const [problem, hint] = typeof places === "string" ? [places, ""] : [
      `Cannot explain "${printable(host)}": it is not a hostname`,
      "give the name alone, e.g. www.example.com",
    ];
    terminal.err(errorLines(problem, hint));
    return EXIT.usage;
  }
  const answer = await askAgent(places);
  if (answer.kind !== "live") terminal.err(errorLines(answer.message, answer.hint));
  if (answer.kind === "silent") return EXIT.failed;
  if (answer.kind === "old") {
    const written = timeText(answer.gate.time);
    terminal.err(
      `note: certgate does not run; what it believes is OLD, from ${written}, the rest is from now\n`,
    );
  }
  const status: AgentStatus = answer.kind === "live"
    ? answer.status
    : { version: "", ready: false, envoy: null, snapshots: [], gate: answer.gate };
  if (answer.kind === "live" && !status.ready) {
    terminal.err("note: certgate is still loading, this is not the whole\n");
  }
  const explanation = status.gate === null
    ? explainHook(hostname, status)
    : isPlainEnvoy(status.gate, status.sds)
    ? await explainPlain(hostname, { ...status, gate: status.gate }, { probe, port: options.port })
    : await explainGate(hostname, { ...status, gate: status.gate }, { probe, config });
  if (explanation === null) {
    terminal.err(notFound(hostname, status));
    return answer.kind === "live" ? EXIT.found : EXIT.failed;
  }
  terminal.out(
    options.output === "table" ? renderExplanation(explanation) : renderData(explanation, options.output),
  );
  if (answer.kind !== "live") return EXIT.failed;
  return explanation.served ? EXIT.ok : EXIT.found;
}

function notFound(hostname: string, { gate, sds }: AgentStatus): string {
  const plain = gate !== null && isPlainEnvoy(gate, sds);
  const names = plain ? namedPairs(gate.pairs) : gate?.listeners ?? [];
  const near = closestHostnames(hostname, names).map((name) => `"${printable(name)}"`);
  const what = plain ? "pair" : "listener";
  const hint = near.length > 0
    ? `did you mean ${near.join(" or ")}?`
    : `certgate status lists every ${plain ? "pair" : "hostname"}`;
  return errorLines(`Cannot explain "${hostname}": no ${what} has this hostname`, hint);
}

async function explainGate(
  hostname: string,
  status: AgentStatus & { readonly gate: GateStatus },
  { probe, config }: { readonly probe: Probe; readonly config: Config },
): Promise<Explanation | null> {
  const { gate } = status;
  const { taking, behind } = findListeners(hostname, gate.listeners);
  if (taking.length === 0) return null;
  // A listener without certificates beside one that has some is there to send clients to the other.
  const managed = taking.filter((listener) => listener.managed);
  const { rows } = digestStatus(gate, status.snapshots, status.sds);
  const chains = await Promise.all(
    (managed.length > 0 ? managed : taking).map(async (listener): Promise<Chain> => {
      const parts = { hostname, pairs: gate.pairs, output: gate.output.file, probe };
      const steps = explainSteps({
        listener,
        behind,
        status,
        evidence: await gatherEvidence(listener, parts),
        policy: await policyStep(hostname, { listener, status, config }),
      });
      const served = isServed(listener, steps);
      return {
        gateway: keyOf(listener.gateway),
        listener: listener.name,
        hostname: listener.hostname,
        port: listener.port,
        served,
        sentence: sentenceOf(hostname, rows[gate.listeners.indexOf(listener)], { steps, served }),
        steps,
      };
    }),
  );
  return { hostname, served: chains.every(({ served }) => served), chains };
}

function policyStep(
  hostname: string,
  { listener: { gateway, published }, status, config }: {
    readonly listener: ListenerStatus;
    readonly status: AgentStatus & { readonly gate: GateStatus };
    readonly config: Config;
  },
): Promise<Step | null> {
  const { policy, gate } = status;
  if (policy === null || policy === undefined) return Promise.resolve(null);
  const { baseDirectives } = config.policy.waf;
  return explainPolicy({
    status: policy,
    place: published,
    gateway,
    hostname,
    output: gate.output.file,
    baseDirectives,
  });
}

function isServed({ delivery, managed }: ListenerStatus, steps: readonly Step[]): boolean {
  const handshake = steps.at(-1)!;
  if (handshake.mark !== "unknown") return handshake.mark === "ok";
  if (steps.some(({ mark }) => mark === "failed")) return false;
  return delivery === "served" || (!managed && delivery === "unknown");
}

/** With the gate off, the hook alone knows of a hostname. */
function explainHook(hostname: string, { snapshots }: AgentStatus): Explanation {
  const hit = snapshots.flatMap(({ withheld }) => withheld).find((row) => row.hostname === hostname);
  const evidence = hit === undefined
    ? [`the latest answers, of ${snapshots.length} snapshots, withhold nothing of it`]
    : [`withheld, listener ${hit.listener}, secret ${hit.secret}`, hit.message, hit.detail];
  const off: Step = {
    name: "gate",
    mark: "unknown",
    evidence: ["the gate is off: there are no files to look at"],
  };
  const mark = hit !== undefined ? "failed" : snapshots.length === 0 ? "unknown" : "ok";
  const step: Step = { name: "hook", mark, evidence: evidence.filter((line) => line !== "") };
  const sentence = hit === undefined
    ? `Nothing that certgate knows keeps ${hostname} from being served; with the gate off it knows the hook alone.`
    : `${hostname} is not served. ${hit.message}`;
  const chain = { gateway: "", listener: hit?.listener ?? "", hostname, port: 0, served: hit === undefined };
  return { hostname, served: hit === undefined, chains: [{ ...chain, sentence, steps: [off, step] }] };
}
