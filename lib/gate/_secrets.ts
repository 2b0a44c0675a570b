import { Buffer } from "node:buffer";
import type { JsonObject, PairState, PublishedObject, ResourceObject } from "../model/mod.ts";
import { asObject } from "../resources/mod.ts";
import { compact } from "./_json.ts";

/** The members of a Secret that are the pair's. */
const PAIR_MEMBERS: ReadonlySet<string> = new Set(["tls.crt", "tls.key", "tls.ocsp-staple"]);

/**
 * The Secret of a pair that is served. What else the operator wrote into a Secret of that name goes out with it.
 *
 * @param rest Members that stand in it as well, `data` as it is written.
 */
export function publishPair(
  { namespace, name, served, placeholder }: PairState,
  written: ResourceObject | undefined,
  rest: JsonObject = {},
): PublishedObject {
  const data = { ...written && restOf(written), ...rest };
  const value = compact({
    apiVersion: "v1",
    kind: "Secret",
    metadata: written?.value.metadata ?? { namespace, name },
    type: "kubernetes.io/tls",
    ...(Object.keys(data).length > 0 ? { data } : {}),
  });
  return {
    apiVersion: "v1",
    kind: "Secret",
    namespace,
    name,
    value,
    pair: placeholder?.pair ?? served!.pair,
  };
}

/**
 * What the operator wrote into a Secret whose pair is not served: others may need it, as a policy needs the issuers in
 * `ca.crt`. `null` if there is nothing else.
 */
export function publishRest({ namespace, name, value }: ResourceObject): PublishedObject | null {
  const data = restOf({ value });
  if (Object.keys(data).length === 0) return null;
  const rest = { ...value, type: "Opaque", data };
  return {
    apiVersion: "v1",
    kind: "Secret",
    namespace,
    name,
    value: compact({ ...rest, stringData: undefined }),
  };
}

/** Members of `data`, those of `stringData` included as Kubernetes would, that are not the pair's. */
function restOf({ value }: Pick<ResourceObject, "value">): JsonObject {
  const texts = Object.entries(asObject(value.stringData)).map(([name, text]) =>
    [name, Buffer.from(String(text)).toString("base64")] as const
  );
  const members = [...Object.entries(asObject(value.data)), ...texts];
  return Object.fromEntries(members.filter(([name]) => !PAIR_MEMBERS.has(name)));
}
