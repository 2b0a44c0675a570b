import { KeyMaterial } from "../model/mod.ts";
import { type MadeKeyKind, makeAuthority, mergeTrust, readTrust } from "../pki/mod.ts";

/** The folders that hold a pair and the trust beside it. */
export const PAIR_FOLDERS = ["envoy-gateway", "envoy", "envoy-rate-limit"] as const;

/** One of {@linkcode PAIR_FOLDERS}. */
export type PairFolder = (typeof PAIR_FOLDERS)[number];

/** The secret with which Envoy signs the cookies of OpenID Connect; it has no authority. */
export const HMAC_FILE = "envoy-oidc-hmac/hmac-secret";

/** What tells Envoy where its files are; Envoy Gateway writes both at each of its starts. */
export const SDS_DOCUMENTS = ["envoy/xds-trusted-ca.json", "envoy/xds-certificate.json"] as const;

/** Every file without which a tree is not whole, by its path below the directory of certificates. */
export const NEEDED_FILES: readonly string[] = [
  ...PAIR_FOLDERS.flatMap((folder) => ["ca.crt", "tls.crt", "tls.key"].map((name) => `${folder}/${name}`)),
  HMAC_FILE,
];

/** Contents of files by their path below the directory of certificates; what is secret prints as dots. */
export type TreeFiles = ReadonlyMap<string, Uint8Array | KeyMaterial>;

/** One generation of certificates. */
export interface Tree {
  /** What to write. */
  readonly files: TreeFiles;
  /** The authority that signed its leaves, as PEM. */
  readonly authority: Uint8Array;
  /** SHA-256 of the authority, upper-case hex with colons. */
  readonly fingerprint: string;
}

/** What the certificates of a tree say. */
export interface TreeWishes {
  /** Kind of every key. */
  readonly key: MadeKeyKind;
  /** Milliseconds of validity, for the authority and the leaves alike. */
  readonly lifetime: number;
  /** Namespace in the names that Envoy Gateway has on Kubernetes. */
  readonly namespace: string;
  /** Domain of the cluster in these names. */
  readonly domain: string;
}

/** What Envoy Gateway takes where nothing is said, except for the kind of the keys: five years, its own namespace. */
export const USUAL_WISHES: TreeWishes = {
  key: "ecdsa",
  lifetime: 5 * 365 * 86_400_000,
  namespace: "envoy-gateway-system",
  domain: "cluster.local",
};

/** Clocks of two hosts differ, and time zones are set wrong: valid from a day ago, as Envoy Gateway does it. */
const HEAD_START = 86_400_000;
/** As Envoy Gateway has it; SHA-256 takes no advantage of more. */
const HMAC_BYTES = 32;

/**
 * Makes a whole tree: a new authority, whose key is gone when this returns, and what it signs. `ca.crt` holds the new
 * authority alone.
 *
 * @param wishes What is to stand in the certificates.
 * @param place `now` in milliseconds since the epoch; `certsPath` is the absolute path at which Envoy will find the files;
 * `kept` are files of the tree before that go over as they are.
 */
export async function makeTree(
  wishes: TreeWishes,
  place: { readonly now: number; readonly certsPath: string; readonly kept?: TreeFiles },
): Promise<Tree> {
  const { now, certsPath, kept = new Map() } = place;
  const dates = { notBefore: now - HEAD_START, end: now + wishes.lifetime, key: wishes.key };
  const authority = await makeAuthority({ ...dates, commonName: "envoy-gateway" });
  const files = new Map<string, Uint8Array | KeyMaterial>();
  for (const folder of PAIR_FOLDERS) {
    const { commonName, names } = subjectOf(folder, wishes);
    const pair = await authority.issue({ ...dates, commonName, names });
    files.set(`${folder}/ca.crt`, authority.certificate);
    files.set(`${folder}/tls.crt`, pair.certificate);
    files.set(`${folder}/tls.key`, pair.key);
  }
  files.set(
    HMAC_FILE,
    kept.get(HMAC_FILE) ?? new KeyMaterial(crypto.getRandomValues(new Uint8Array(HMAC_BYTES))),
  );
  for (const [path, content] of sdsDocuments(certsPath)) files.set(path, kept.get(path) ?? content);
  const [{ facts }] = readTrust(authority.certificate).members;
  return { files, authority: authority.certificate, fingerprint: facts.fingerprint };
}

function subjectOf(folder: PairFolder, { namespace, domain }: TreeWishes) {
  if (folder !== "envoy-gateway") return { commonName: "*", names: [`*.${namespace}`, "localhost"] };
  const service = `${folder}.${namespace}`;
  // Envoy wants the first of these in the certificate of the xDS server (envoy/xds-trusted-ca.json).
  const names = [folder, service, `${service}.svc`, `${service}.svc.${domain}`, "localhost"];
  return { commonName: folder, names };
}

/** The same tree with other contents of every `ca.crt`. */
export function withTrust(files: TreeFiles, bundle: Uint8Array): TreeFiles {
  return new Map([...files].map(([path, content]) => [path, path.endsWith("/ca.crt") ? bundle : content]));
}

/** The same certificates in the opposite order: who issued the leaves that are in use stands first. */
export function turnedAround(bundle: Uint8Array): Uint8Array {
  return mergeTrust(readTrust(bundle).members.map(({ pem }) => pem).reverse(), { now: 0 }).bundle;
}

/** The documents of Envoy Gateway 1.9, byte by byte (internal/infrastructure/common/proxy_sds.go). */
function sdsDocuments(certsPath: string): [string, Uint8Array][] {
  const at = (name: string) => ({ filename: `${certsPath}/envoy/${name}` });
  const secret = { "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret" };
  const trust = {
    name: "xds_trusted_ca",
    validation_context: {
      trusted_ca: at("ca.crt"),
      match_typed_subject_alt_names: [{ san_type: "DNS", matcher: { exact: "envoy-gateway" } }],
    },
  };
  const pair = {
    name: "xds_certificate",
    tls_certificate: { certificate_chain: at("tls.crt"), private_key: at("tls.key") },
  };
  return [trust, pair].map((resource, index) => [
    SDS_DOCUMENTS[index],
    new TextEncoder().encode(JSON.stringify({ resources: [{ ...secret, ...resource }] })),
  ]);
}

/** The bytes of a file, secret or not: for whoever writes or compares it. */
export function bytesOf(content: Uint8Array | KeyMaterial): Uint8Array {
  return content instanceof KeyMaterial ? content.open() : content;
}
