import type { GateStatus, SdsNameStatus, SdsStatus } from "../../lib/model/mod.ts";
import { type SampleListener, sampleStatus } from "./gate_status.ts";

/** A host without Envoy Gateway: its pairs are asked for by Envoy itself. */
export function samplePlain(pairs: readonly SampleListener[], changes: Partial<GateStatus> = {}): GateStatus {
  const { pairs: made, ...rest } = sampleStatus(pairs);
  return {
    ...rest,
    gateways: [],
    listeners: [],
    envoys: [],
    pairs: made.map((pair) => ({ ...pair, delivery: "sds" })),
    resources: { directory: "", files: 0, objects: 0, findings: [] },
    output: { file: "", revision: "", publishedAt: null, message: "" },
    converged: true,
    ...changes,
  };
}

/** One Envoy that has taken everything that is served of these pairs; `changes` replaces whole members. */
export function sampleSds({ pairs }: Pick<GateStatus, "pairs">, changes: Partial<SdsStatus> = {}): SdsStatus {
  const served = pairs.filter(({ serving }) => serving !== null);
  return {
    listen: "unix:///run/certgate/sds.sock",
    message: "",
    clients: [{ node: "edge-1", cluster: "edge", streams: served.length }],
    names: served.map(({ namespace, name }) => sampleName(`${namespace}/${name}`)),
    unknown: [],
    bundles: [],
    ...changes,
  };
}

/** A pair that one Envoy asks for and has taken. */
export function sampleName(name: string, changes: Partial<SdsNameStatus> = {}): SdsNameStatus {
  return {
    name,
    kind: "pair",
    version: "0123456789abcdef",
    subscribers: 1,
    accepted: 1,
    refused: null,
    ...changes,
  };
}
