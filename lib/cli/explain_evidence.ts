import { Buffer } from "node:buffer";
import { probeTls, type TlsProbe } from "../host/mod.ts";
import { type Facts, KeyMaterial, type ListenerStatus, type PairStatus, type Problem } from "../model/mod.ts";
import { readFacts } from "../pki/mod.ts";
import { readResources } from "../resources/mod.ts";
import { readPairAt } from "../sources/mod.ts";
import { findPublished, type PublishedSecret } from "./find_published.ts";

/** What the files of a pair say now. */
export interface FreshPair {
  readonly facts: Facts;
  /** Why they could not be read or found. */
  readonly problem: Problem | null;
  readonly hint: string;
}

/** What was looked at while the operator waits, for one listener. */
export interface Evidence {
  /** By `namespace/name` of the Secret; absent where it is not known where the pair comes from. */
  readonly fresh: ReadonlyMap<string, FreshPair>;
  /** By `namespace/name` of the Secret. */
  readonly published: ReadonlyMap<string, PublishedSecret>;
  /** What a client is shown; `null` where none could ask, e.g. because the listener speaks no TLS. */
  readonly probe: TlsProbe | null;
}

/** Makes a TLS handshake with an Envoy of this host. */
export type Probe = (port: number, servername: string) => Promise<TlsProbe>;

/** The handshake of a real client. */
export const probeHere: Probe = (port, servername) => probeTls({ host: "127.0.0.1", port, servername });

/**
 * Looks at everything that `explain` shows besides the status: the files, what is published, and Envoy's port.
 *
 * @param hostname Sent as SNI.
 * @param output The file that Envoy Gateway reads.
 */
export async function gatherEvidence(
  listener: ListenerStatus,
  { hostname, pairs, output, probe }: {
    hostname: string;
    pairs: readonly PairStatus[];
    output: string;
    probe: Probe;
  },
): Promise<Evidence> {
  const keys = listener.secrets.map(({ namespace, name }) => `${namespace}/${name}`);
  const own = pairs.filter(({ namespace, name }) => keys.includes(`${namespace}/${name}`));
  const fresh = await Promise.all(
    own.map(async (pair) => [`${pair.namespace}/${pair.name}`, await readFresh(pair)] as const),
  );
  return {
    fresh: new Map(fresh),
    published: await findPublished(output, keys),
    probe: speaksTls(listener) ? await probe(listener.port, concrete(hostname)) : null,
  };
}

/** Whether a TLS client can ask it. */
export function speaksTls({ protocol }: Pick<ListenerStatus, "protocol">): boolean {
  return protocol === "HTTPS" || protocol === "TLS";
}

// No client asks for a wildcard.
function concrete(hostname: string): string {
  if (hostname === "*") return "explain.certgate.invalid";
  return hostname.replace(/^\*/, "explain");
}

async function readFresh(pair: PairStatus): Promise<FreshPair> {
  if (pair.origin.kind === "source") {
    const found = await readPairAt(pair.origin.path);
    return { facts: readFacts(found.pair), problem: found.problem, hint: found.hint };
  }
  const { file } = pair.origin.place;
  try {
    const { objects } = readResources(new Map([[file, { text: await Deno.readTextFile(file) }]]), new Map());
    const secret = objects.find(({ kind, namespace, name }) =>
      kind === "Secret" && namespace === pair.namespace && name === pair.name
    );
    if (secret === undefined) {
      return nothing({ cause: "pair_missing", detail: `the Secret is not in "${file}"` });
    }
    const member = (name: string) => memberOf(secret.value, name);
    const key = member("tls.key");
    const bytes = { certificate: member("tls.crt"), key: key && new KeyMaterial(key) };
    return { facts: readFacts(bytes), problem: null, hint: "" };
  } catch (error) {
    return nothing({ cause: "file_unreadable", detail: (error as Error).message });
  }
}

function nothing(problem: Problem): FreshPair {
  return { facts: readFacts({ certificate: null, key: null }), problem, hint: "" };
}

function memberOf(value: unknown, name: string): Uint8Array | null {
  const { data, stringData } = value as {
    data?: Record<string, string>;
    stringData?: Record<string, string>;
  };
  if (typeof stringData?.[name] === "string") return new TextEncoder().encode(stringData[name]);
  return typeof data?.[name] === "string" ? Buffer.from(data[name], "base64") : null;
}
