/** Which files of a directory make its pair. */
export type Layout =
  | { readonly kind: "split"; readonly certificate: string; readonly key: string; readonly staple?: string }
  | { readonly kind: "combined"; readonly file: string }
  /** Nothing that looks like a pair, or several that do. */
  | { readonly kind: "none"; readonly several: boolean; readonly detail: string; readonly hint: string };

// Certificate and key by the names that the programs which write them use.
const KNOWN: readonly (readonly [string, string])[] = [
  ["tls.crt", "tls.key"], // Kubernetes Secret volume, cert-manager and its csi driver
  ["fullchain.pem", "privkey.pem"], // certbot live/<name>
  ["fullchain.cer", "key.pem"],
  ["cert.pem", "key.pem"],
  ["cert.pem", "privkey.pem"],
  ["server.crt", "server.key"],
];
// What stands beside a pair and belongs to its issuer.
const OF_ISSUER = /^(ca|chain|issuer|root|ca-bundle|ca-chain)\.(crt|cer|cert|pem)$/;
const CERTIFICATE_ENDING = /\.(crt|cer|cert|pem)$/;
const KEY_ENDINGS = [".key", "-key.pem", ".key.pem"];

/**
 * Tells the pair of a directory by the names of its files: one directory is one pair.
 *
 * @param names Names of the files, in any order; names that start with a dot do not count.
 * @returns The layout. A known certificate name without its key, or the other way round, is still that layout, so that
 * the missing member can be named.
 */
export function findLayout(names: readonly string[]): Layout {
  const files = names.filter((name) => !name.startsWith(".")).sort();
  const has = (name: string) => files.includes(name);
  const known = KNOWN.find(([certificate, key]) => has(certificate) && has(key)) ??
    KNOWN.find(([certificate, key]) => has(certificate) || has(key));
  if (known) return withStaple(known[0], known[1], files);
  const pairs = files.flatMap((name) => {
    const key = keyNames(name).find(has);
    return key === undefined ? [] : [[name, key] as const];
  });
  if (pairs.length === 1) return withStaple(pairs[0][0], pairs[0][1], files);
  if (pairs.length > 1) return several(pairs.map(([certificate]) => certificate));
  const alone = files.filter((name) => CERTIFICATE_ENDING.test(name) && !OF_ISSUER.test(name));
  if (alone.length === 1) return siblingsOrCombined(alone[0]);
  if (alone.length > 1) return several(alone);
  return {
    kind: "none",
    several: false,
    detail: "no file here is named like a certificate or a key",
    hint: "expected tls.crt and tls.key, fullchain.pem and privkey.pem, or one .pem with both",
  };
}

/**
 * Tells the pair that a single file belongs to.
 *
 * @param name Name of the file, without its directory.
 * @param names Names of the files beside it.
 * @returns Certificate and key by the usual names; `combined` where the name says nothing of a second file.
 */
export function findSiblings(name: string, names: readonly string[]): Layout {
  return siblingsOf(name, new Set(names));
}

function siblingsOf(name: string, names: ReadonlySet<string>): Layout {
  const usual = KNOWN.filter(([certificate, key]) => name === certificate || name === key);
  const known = usual.find((members) => members.every((member) => names.has(member))) ?? usual[0];
  if (known) return { kind: "split", certificate: known[0], key: known[1] };
  const key = keyNames(name).find((key) => names.has(key));
  return key === undefined ? siblingsOrCombined(name) : { kind: "split", certificate: name, key };
}

/**
 * Tells the pairs of files that a pattern has caught in one directory.
 *
 * @param caught Names of the files that were caught.
 * @param names Names of all files there.
 * @returns One entry for each pair: the file it is named after, and its layout. Files of issuers, and a second
 * certificate for the same key, belong to no pair of their own.
 */
export function groupFiles(
  caught: readonly string[],
  names: readonly string[],
): readonly { readonly file: string; readonly layout: Layout }[] {
  const there = new Set(names);
  const certificates = certificatesByKey(names);
  const pairs = new Map<string, { file: string; layout: Layout }>();
  for (const name of [...caught].sort()) {
    if (OF_ISSUER.test(name) || name.startsWith(".")) continue;
    const layout = siblingsOf(certificates.get(name) ?? name, there);
    const file = layout.kind === "split" ? layout.certificate : name;
    const id = layout.kind === "split" ? layout.key : file;
    const taken = pairs.get(id);
    if (taken === undefined || rank(file) < rank(taken.file)) pairs.set(id, { file, layout });
  }
  return [...pairs.values()];
}

/** The certificate beside each key. */
function certificatesByKey(names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of names) for (const key of keyNames(name)) found.set(key, name);
  for (const [certificate, key] of [...KNOWN].reverse()) {
    if (names.includes(certificate)) found.set(key, certificate);
  }
  return found;
}

function rank(certificate: string): number {
  const at = KNOWN.findIndex(([name]) => name === certificate);
  return at < 0 ? KNOWN.length : at;
}

// A .pem may hold both members; the other endings say that the key is elsewhere.
function siblingsOrCombined(name: string): Layout {
  return /\.(crt|cer|cert)$/.test(name)
    ? { kind: "split", certificate: name, key: keyNames(name)[0] }
    : { kind: "combined", file: name };
}

function keyNames(certificate: string): string[] {
  if (!CERTIFICATE_ENDING.test(certificate)) return [];
  const stem = certificate.replace(CERTIFICATE_ENDING, "");
  return KEY_ENDINGS.map((ending) => stem + ending).filter((key) => key !== certificate);
}

function withStaple(certificate: string, key: string, files: readonly string[]): Layout {
  const staple = ["tls.ocsp-staple", certificate.replace(/\.[^.]+$/, ".ocsp")].find((name) =>
    files.includes(name)
  );
  return { kind: "split", certificate, key, ...(staple ? { staple } : {}) };
}

function several(names: readonly string[]): Layout {
  return {
    kind: "none",
    several: true,
    detail: `several pairs stand here: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`,
    hint: "one directory is one pair; name the certificate files one by one, or with a quoted pattern",
  };
}
