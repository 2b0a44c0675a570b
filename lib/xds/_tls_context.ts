import type { Material } from "../model/mod.ts";
import { grpcCluster, isAds } from "./_data_source.ts";
import { readCertificate, readValidation, type TrustView } from "./_material.ts";
import { merge, type Span, valueOf } from "./_span.ts";

/** The mention of a secret by name. */
export interface Reference {
  /** SDS name of the secret. */
  readonly name: string;
  /** True where the name is asked of the server that gives the snapshot; else certgate knows nothing about it. */
  readonly ads: boolean;
  /** Cluster through which another server is asked by gRPC; left out where there is none. */
  readonly cluster?: string;
}

/** What one TLS context makes Envoy load. */
export interface TlsView {
  /** Of `tls_certificate_sds_secret_configs`, in order. */
  readonly certificates: readonly Reference[];
  /** Of `tls_certificates`, in order. */
  readonly inlineCertificates: readonly Material[];
  /** CA of the validation context that is asked for by name. */
  readonly trustReference: Reference | null;
  /** CA of the validation context that is written in place. */
  readonly trust: TrustView | null;
  /** Session ticket keys that are asked for by name. */
  readonly tickets: Reference | null;
  /** Protocols of `alpn_protocols`, in order. */
  readonly alpn: readonly string[];
}

/** Thrown inside this file only, and caught in it: a nested message does not read. */
class Unreadable extends Error {}

/**
 * Reads a `DownstreamTlsContext` or an `UpstreamTlsContext`; both keep what they share in field 1.
 *
 * @param downstream Whether field 5 is the name of session ticket keys.
 * @returns `null` if it does not read.
 */
export function readTlsContext(span: Span, downstream: boolean): TlsView | null {
  let common: Span | null = null;
  let tickets: Span | null = null;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.field === 1 && walk.wire === 2) common = merge(common, walk);
    else if (downstream && walk.field === 5 && walk.wire === 2) tickets = merge(tickets, walk);
    // The other members of the oneof that ticket keys are in.
    else if (downstream && (walk.field === 4 || walk.field === 7)) tickets = null;
  }
  if (walk.malformed) return null;
  try {
    return readCommon(common, tickets === null ? null : readReference(tickets));
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

function readCommon(span: Span | null, tickets: Reference | null): TlsView {
  const certificates: Reference[] = [];
  const inlineCertificates: Material[] = [];
  const alpn: string[] = [];
  let validationField = 0;
  let validation: Span | null = null;
  const walk = span?.walk();
  while (walk?.next()) {
    if (walk.wire !== 2) continue;
    const number = walk.field;
    if (number === 6) certificates.push(readReference(valueOf(walk)));
    else if (number === 4) alpn.push(valueOf(walk).text());
    else if (number === 2) inlineCertificates.push(orUnreadable(readCertificate(valueOf(walk))));
    else if (number === 3 || number === 7 || number === 8 || number === 10 || number === 12) {
      validation = merge(validationField === number ? validation : null, walk);
      validationField = number;
    }
  }
  if (walk?.malformed) throw new Unreadable();
  return { certificates, inlineCertificates, tickets, alpn, ...readTrust(validationField, validation) };
}

function readTrust(member: number, span: Span | null): Pick<TlsView, "trust" | "trustReference"> {
  if (span === null) return { trust: null, trustReference: null };
  if (member === 3) return { trust: orUnreadable(readValidation(span)), trustReference: null };
  if (member === 7) return { trust: null, trustReference: readReference(span) };
  // Field 10 and 12 are certificate providers: somebody else's names.
  return member === 8 ? readCombined(span) : { trust: null, trustReference: null };
}

function readCombined(span: Span): Pick<TlsView, "trust" | "trustReference"> {
  let inline: Span | null = null;
  let reference: Span | null = null;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.field === 1 && walk.wire === 2) inline = merge(inline, walk);
    else if (walk.field === 2 && walk.wire === 2) reference = merge(reference, walk);
  }
  if (walk.malformed) throw new Unreadable();
  return {
    trust: inline === null ? null : orUnreadable(readValidation(inline)),
    trustReference: reference === null ? null : readReference(reference),
  };
}

function readReference(span: Span): Reference {
  let name = "";
  let source: Span | null = null;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.field === 1 && walk.wire === 2) name = valueOf(walk).text();
    else if (walk.field === 2 && walk.wire === 2) source = merge(source, walk);
  }
  if (walk.malformed) throw new Unreadable();
  if (source === null) return { name, ads: false };
  if (orUnreadable(isAds(source))) return { name, ads: true };
  const cluster = grpcCluster(source);
  return cluster === "" ? { name, ads: false } : { name, ads: false, cluster };
}

function orUnreadable<T>(value: T | null): T {
  if (value === null) throw new Unreadable();
  return value;
}
