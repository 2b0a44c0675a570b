/** Which files of a directory make its pair. */
export type Layout =
  | { readonly kind: "split"; readonly certificate: string; readonly key: string; readonly staple?: string }
  | { readonly kind: "combined"; readonly file: string }
  /** Nothing that looks like a pair, or several that do. */
  | { readonly kind: "none"; readonly detail: string; readonly hint: string };

// Certificate and key by the names that the programs which write them use.
const KNOWN: readonly (readonly [string, string])[] = [
  ["tls.crt", "tls.key"], // Kubernetes Secret volume, cert-manager and its csi driver
  ["fullchain.pem", "privkey.pem"], // certbot live/<name>
  ["fullchain.cer", "key.pem"],
  ["cert.pem", "key.pem"],
  ["cert.pem", "privkey.pem"],
  ["server.crt", "server.key"],
];
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
  const alone = files.filter((name) => CERTIFICATE_ENDING.test(name));
  if (alone.length === 1) return siblingsOrCombined(alone[0]);
  if (alone.length > 1) return several(alone);
  return {
    kind: "none",
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
  const usual = KNOWN.filter(([certificate, key]) => name === certificate || name === key);
  const known = usual.find((members) => members.every((member) => names.includes(member))) ?? usual[0];
  if (known) return { kind: "split", certificate: known[0], key: known[1] };
  const key = keyNames(name).find((key) => names.includes(key));
  return key === undefined ? siblingsOrCombined(name) : { kind: "split", certificate: name, key };
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
    detail: `several pairs stand here: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}`,
    hint: "one directory is one pair; name the certificate files one by one, or with a quoted pattern",
  };
}
