import { Buffer } from "node:buffer";
import type { ObjectKey, PairState, ResourceObject } from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import { keyOf } from "./_names.ts";

/** Type of a Secret that says which SDS server Envoy is to ask, and for what (Envoy Gateway, `enableSDSSecretRef`). */
const SDS_TYPE = "gateway.envoyproxy.io/sds";

/** What a listener is given that names such a Secret. */
export interface SdsSecret {
  /** The pair that Envoy is given; `null` where another server gives it, so that nobody here can judge it. */
  readonly pair: ObjectKey | null;
}

/** Whether the object is a Secret that names an SDS server in place of a pair. */
export function isSdsSecret({ group, kind, value }: ResourceObject): boolean {
  return group === "" && kind === "Secret" && value.type === SDS_TYPE;
}

/**
 * Reads the Secrets that name an SDS server.
 *
 * @param server Where certgate's own listens, as `unix:///path` or `tcp://host:port`; empty if it does not.
 */
export function readSdsSecrets(
  objects: readonly ResourceObject[],
  server: string,
): ReadonlyMap<ObjectKey, SdsSecret> {
  return new Map(
    objects.filter(isSdsSecret).map((object) => {
      const isOurs = server !== "" && normalize(member(object, "url")) === normalize(server);
      return [keyOf(object), { pair: isOurs ? member(object, "secretName") as ObjectKey : null }];
    }),
  );
}

/** What is believed of the certificate behind a reference. */
export function pairBehind(
  key: ObjectKey,
  { pairs, sdsSecrets }: {
    readonly pairs: ReadonlyMap<ObjectKey, PairState>;
    readonly sdsSecrets: ReadonlyMap<ObjectKey, SdsSecret>;
  },
): PairState | "foreign" | undefined {
  const secret = sdsSecrets.get(key);
  if (secret === undefined) return pairs.get(key);
  if (secret.pair === null) return "foreign";
  const pair = pairs.get(secret.pair);
  // Envoy would ask for what it is never given.
  return pair?.delivery === "sds" ? pair : undefined;
}

function member({ value }: ResourceObject, name: string): string {
  const text = asObject(value.stringData)[name];
  if (typeof text === "string") return text;
  return Buffer.from(asText(asObject(value.data)[name]), "base64").toString("utf8");
}

const normalize = (url: string): string => url.trim().replace(/^unix:\/\//, "unix:").replace(/^tcp:\/\//, "");
