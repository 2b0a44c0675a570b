import type {
  CertificateFacts,
  CertificateStatus,
  ObjectKey,
  ObjectName,
  Place,
  ServedPair,
} from "./model/mod.ts";

/** `namespace/name` */
export function keyOf({ namespace, name }: ObjectName): ObjectKey {
  return `${namespace}/${name}`;
}

/** Whether what goes out under a name ends soon. */
export function endsSoon(
  state: { readonly soonFrom: number | null; readonly served: ServedPair | null },
  now: number,
): boolean {
  return state.served !== null && state.soonFrom !== null && now >= state.soonFrom;
}

/** `file:line:column`, the way editors understand it. */
export function placeText({ file, line, column }: Place): string {
  return line > 0 ? `${file}:${line}:${column}` : file;
}

/** RFC 3339 in UTC with seconds. */
export function rfc3339(time: number): string {
  const bounded = Math.min(Math.max(time, -62_135_596_800_000), 253_402_300_799_000);
  return `${new Date(bounded).toISOString().slice(0, 19)}Z`;
}

/** A certificate as status shows it. */
export function certificateStatus(facts: CertificateFacts): CertificateStatus {
  const { names, subject, issuer, serial, fingerprint } = facts;
  const [notBefore, notAfter] = [facts.notBefore, facts.notAfter].map(rfc3339);
  return { names, subject, issuer, serial, fingerprint, notBefore, notAfter };
}
