import { join } from "node:path";
import { GateHolder } from "./agent_gate_holder.ts";
import { ENVOY_PATIENCE } from "./agent_gate_judge.ts";
import { GenerationHolder } from "./agent_generation.ts";
import { CallHold } from "./agent_hold.ts";
import { IssuanceHolder } from "./agent_issuance.ts";
import { SdsHolder } from "./agent_sds.ts";
import type { AgentParts } from "./agent_parts.ts";
import { PolicyHolder } from "./agent_policy.ts";
import { believedTime } from "./agent_time.ts";
import {
  loadThrowaways,
  type Metrics,
  openKeep,
  openStatusKeeper,
  openVerdictKeeper,
  type StatusKeeper,
  type VerdictKeeper,
} from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import { CallsUnderWay, makeHookHandlers, SnapshotReports, type VerdictStore } from "./server/mod.ts";
import { pairMaterial } from "./xds/mod.ts";
import type { PairJudge } from "./issuance/mod.ts";

/** What everything else stands on: what is remembered, what is believed, and what answers. Nothing of it listens yet. */
export interface Core {
  readonly time: ReturnType<typeof believedTime>;
  /** Milliseconds since the epoch, as they are believed. */
  readonly clock: () => number;
  readonly keeper: StatusKeeper;
  readonly verdicts: VerdictKeeper;
  readonly generation: GenerationHolder;
  readonly reports: SnapshotReports;
  readonly gate: GateHolder;
  readonly policy: PolicyHolder;
  readonly issuance: IssuanceHolder;
  readonly sds: SdsHolder;
  /** Keeps calls waiting until everything was read once. */
  readonly hold: CallHold;
  readonly calls: CallsUnderWay;
  readonly handlers: ReturnType<typeof makeHookHandlers>;
}

/** Reads what is remembered and puts the parts together. */
export async function openCore(config: Config, parts: AgentParts, metrics: Metrics): Promise<Core> {
  const { log, version } = parts;
  let lastSeen: number | null = null;
  const time = believedTime(parts.clock, parts.released ?? -Infinity, () => lastSeen);
  const clock = () => time().now;
  const keeper = await openStatusKeeper({ stateDir: config.stateDir, log, clock });
  lastSeen = keeper.lastSeen;
  const verdicts = await openVerdictKeeper(config.stateDir, version, log, metrics);
  const throwaways = await loadThrowaways(config.stateDir, clock(), log);
  const { envoyCheckInterval } = parts;
  const onWafProblem = () => policy.viewAgain();
  const { faults } = parts;
  const generationParts = { log, metrics, clock, keeper: verdicts, envoyCheckInterval, onWafProblem, faults };
  const generation = await GenerationHolder.open(config, generationParts);
  const reports = new SnapshotReports({ log, metrics, clock });
  const policy: PolicyHolder = new PolicyHolder({
    log,
    metrics,
    clock,
    keeper,
    keep: await openKeep(join(config.stateDir, "policy"), log),
    hostClock: parts.clock,
    wafProblem: () => generation.wafProblem,
    onBelief: (belief) => generation.usePolicy(belief),
    onDigest: () => gate.policyChanged(),
  });
  const issuance = new IssuanceHolder({
    log,
    metrics,
    time,
    keeper,
    judge: judgeWith(() => generation.now.store, clock),
    openIssuer: parts.openIssuer,
    onChange: () => gate.wake(),
  });
  const sds = await SdsHolder.make(config, {
    log,
    metrics,
    clock,
    store: () => generation.now.store,
    wake: () => gate.wake(),
    onAccepted: () => gate.look(),
  });
  const gate: GateHolder = new GateHolder({
    log,
    metrics,
    clock,
    keeper,
    setTimer: parts.setTimer,
    spacing: parts.spacing,
    doubt: () => time().doubt,
    store: () => generation.now.store,
    policy,
    issuance,
    sds,
    onGateways: (isKnown) => {
      reports.retain(isKnown);
      policy.retain(isKnown);
    },
  });
  const calls = new CallsUnderWay();
  const handlers = makeHookHandlers({
    generation: () => generation.now,
    reports,
    throwaways,
    metrics,
    log,
    clock,
    calls,
    faults: parts.faults,
    dark: () => gate.dark(),
    sds: () => sds.view(),
    onAnswered: (call) => {
      policy.answered(call);
      sds.answered(call);
      gate.answered(call);
    },
  });
  const hold = new CallHold(() => generation.now.config.hook.deadline);
  return {
    time,
    clock,
    keeper,
    verdicts,
    generation,
    reports,
    gate,
    policy,
    issuance,
    sds,
    hold,
    calls,
    handlers: hold.wrap(handlers),
  };
}

/** Judges as the gate will, once the pair has arrived: by the rules, and by the word of the host's Envoy. */
function judgeWith(store: () => VerdictStore, clock: () => number): PairJudge {
  return async (pair) => {
    const material = pairMaterial(pair);
    await store().learn([material], clock() + ENVOY_PATIENCE);
    return store().verdictOf(material, clock());
  };
}
