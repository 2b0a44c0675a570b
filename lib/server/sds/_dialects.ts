import { encodeDeltaResponse, encodeRefusal, encodeRemoval, encodeResponse } from "../../xds/mod.ts";
import type { Dialect } from "./_stream.ts";
import type { SdsMethod } from "./sds_server_status.ts";

/** How the two methods say things. */
export const DIALECTS: Readonly<Record<SdsMethod, Dialect>> = {
  StreamSecrets: {
    method: "StreamSecrets",
    // An answer with a nonce that is not the last means nothing here.
    window: 1,
    encode: ({ version, bytes }, nonce) => encodeResponse(version, [bytes], nonce),
    // An empty response ends no wait: Envoy takes it, and warms until its timeout. A refusal ends it at once.
    encodeNothing: (name, nonce) => encodeResponse("", [encodeRefusal(name)], nonce),
    takesAway: false,
  },
  DeltaSecrets: {
    method: "DeltaSecrets",
    window: 16,
    encode: encodeDeltaResponse,
    encodeNothing: encodeRemoval,
    takesAway: true,
  },
};
