import type { ObjectKey, PairState } from "./model/mod.ts";

/**
 * What is believed of pairs, with those that are being issued: a Secret that somebody wants and that is not there yet is
 * not missing, it is waited for.
 *
 * @param pairs What is believed of what is there.
 * @param pending What is waited for, in plain words without a full stop.
 * @param directory Where issued pairs land.
 */
export function withPending(
  pairs: ReadonlyMap<ObjectKey, PairState>,
  pending: ReadonlyMap<ObjectKey, string>,
  directory: string,
): ReadonlyMap<ObjectKey, PairState> {
  const waiting = [...pending].filter(([key]) => !pairs.has(key));
  if (waiting.length === 0) return pairs;
  return new Map([
    ...pairs,
    ...waiting.map(([key, why]) => [key, pendingPair(key, why, directory)] as const),
  ]);
}

function pendingPair(key: ObjectKey, detail: string, directory: string): PairState {
  const [namespace, name] = key.split("/");
  return {
    namespace,
    name,
    origin: { kind: "source", source: directory, path: `${directory}/${key}` },
    verdict: { action: "withhold", reason: "Pending", cause: "not_issued", detail, edge: null },
    hint: "wait for the issuer; issuance in the status says when it is asked again",
    certificates: [],
    served: null,
    warnings: [],
    soonFrom: null,
    edge: null,
  };
}
