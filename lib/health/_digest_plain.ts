import type { GateStatus, SdsStatus } from "../model/mod.ts";
import { listTroubles } from "./_troubles.ts";
import { digestPairs } from "./digest_sds.ts";
import type { StatusDigest } from "./digest_status.ts";
import { listSdsTroubles } from "./sds_troubles.ts";

/** Without a Gateway it is known what Envoys ask for, and not what for. */
export function digestPlain(status: GateStatus, sds?: SdsStatus | null): StatusDigest {
  const pairs = digestPairs(status, sds);
  const troubles = [...listTroubles(status), ...listSdsTroubles(sds, status)];
  const serving = pairs.filter(({ usable }) => usable).length;
  const one = pairs.length === 1;
  const asked = pairs.some(({ asked }) => asked > 0);
  const verb = asked ? `${one ? "is" : "are"} served` : "can be asked for";
  const waiting = pairs.some(({ word }) => word === "waiting");
  return {
    rows: [],
    pairs,
    troubles,
    hosts: pairs.length,
    serving,
    summary: `${serving} of ${pairs.length} ${one ? "pair" : "pairs"} ${verb}; ` +
      (asked && !waiting ? "converged" : "not converged"),
    usable: pairs.every(({ usable }) => usable) && !troubles.some(({ level }) => level === "failed"),
  };
}
