import type { SdsCluster, SdsView } from "../model/mod.ts";
import { readTrust } from "../pki/mod.ts";
import { type Config, parseListenAddress } from "../resources/mod.ts";
import { lookAtSds } from "./look_at_sds.ts";
import { wantsSds } from "./note_delivery.ts";

/**
 * What the agent would have for Envoys: pairs and bundles as their files are now, usable if nothing can be seen that is wrong
 * with them.
 *
 * @returns `null` where nothing is delivered so.
 */
export async function readSdsView(config: Config): Promise<SdsView | null> {
  if (!wantsSds(config)) return null;
  const usable = new Map(
    [...await lookAtSds(config)].flatMap(([key, { facts, problem, pair }]) =>
      problem === null && facts.problem === null
        ? [[key as string, { pair, names: facts.certificates[0]?.names ?? [] }] as const]
        : []
    ),
  );
  const bundles = new Map<string, Uint8Array>();
  for (const { namespace, name, file } of config.sds.bundles) {
    const bundle = await read(file);
    if (bundle !== null && readTrust(bundle).problem === null) bundles.set(`${namespace}/${name}`, bundle);
  }
  return {
    cluster: clusterOf(config.sds),
    has: (name) => usable.has(name) ? "served" : "absent",
    pairOf: (name) => usable.get(name)?.pair ?? null,
    bundle: (name) => bundles.get(name) ?? null,
    namesOf: (name) => usable.get(name)?.names ?? null,
  };
}

async function read(file: string): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(file);
  } catch {
    return null;
  }
}

function clusterOf({ listen, tls, envoy }: Config["sds"]): SdsCluster | null {
  const address = parseListenAddress(listen);
  if (typeof address === "string") return null;
  if (address.kind === "unix") return { kind: "unix", path: address.path };
  const { host, port } = address;
  if (tls === undefined) return { kind: "tcp", host, port, tls: null };
  if (envoy === undefined) return null;
  const { certificate, key, ca, serverName: name } = envoy;
  return { kind: "tcp", host, port, tls: { certificate, key, ca, name } };
}
