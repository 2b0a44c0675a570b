import { applyAnswer, judge } from "../health/mod.ts";
import { EnvoyOracle, findEnvoy } from "../host/mod.ts";
import type { PairJudge } from "../issuance/mod.ts";
import type { PairBytes, Summary } from "../model/mod.ts";
import { readFacts } from "../pki/mod.ts";
import type { Config } from "../resources/mod.ts";

const PATIENCE = 20_000;

/** Makes the last word on a pair: certgate's own rules, and the Envoy of this host where there is one. */
export async function openJudge(
  { envoy, onExpired, gate }: Pick<Config, "onExpired"> & {
    readonly envoy: Pick<Config["envoy"], "path">;
    readonly gate: Pick<Config["gate"], "expiryMargin">;
  },
): Promise<PairJudge> {
  const { path } = await findEnvoy(envoy.path);
  const oracle = path === null ? null : new EnvoyOracle({ envoyPath: path });
  return async (pair: PairBytes) => {
    let summary: Summary = readFacts(pair);
    const deadline = Date.now() + PATIENCE;
    const [answer] = await oracle?.confirm([pair], { expected: [summary.problem === null], deadline }) ?? [];
    if (answer) summary = applyAnswer(summary, answer).summary;
    return judge(summary, Date.now(), { margin: gate.expiryMargin, onExpired });
  };
}
