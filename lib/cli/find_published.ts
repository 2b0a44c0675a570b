import { Buffer } from "node:buffer";
import { parse } from "yaml";
import { readFacts } from "../pki/mod.ts";

/** A Secret in the file that Envoy Gateway reads. */
export type PublishedSecret =
  /** Serial number, lower-case hex, of its certificate. */
  | { readonly kind: "there"; readonly serial: string }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly detail: string };

/**
 * Looks for Secrets in the published file itself, so that what is shown is what Envoy Gateway can read.
 *
 * @param file YAML of several documents.
 * @param keys `namespace/name` of the Secrets.
 * @returns One entry a key.
 */
export async function findPublished(
  file: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, PublishedSecret>> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    const gone = error instanceof Deno.errors.NotFound;
    const detail = gone ? "the file is not there" : (error as Error).message;
    return new Map(keys.map((key) => [key, { kind: "unreadable", detail }]));
  }
  // Thousands of Secrets are not parsed for the sake of one.
  const documents = text.split(/^---.*$/m);
  try {
    return new Map(keys.map((key) => [key, findOne(documents, key)]));
  } catch (error) {
    return new Map(keys.map((key) => [key, { kind: "unreadable", detail: (error as Error).message }]));
  }
}

function findOne(documents: readonly string[], key: string): PublishedSecret {
  const name = key.slice(key.indexOf("/") + 1).replace(/[^A-Za-z0-9-]/g, "\\$&");
  const named = new RegExp(`\\bname"?: *["']?${name}["']?[\\s,}]`);
  for (const document of documents) {
    if (!named.test(document) || !document.includes("Secret")) continue;
    const object = parse(document) as {
      kind?: string;
      metadata?: { namespace?: string; name?: string };
      data?: Record<string, string>;
    } | null;
    const { kind, metadata, data } = object ?? {};
    if (kind !== "Secret" || `${metadata?.namespace}/${metadata?.name}` !== key) continue;
    const certificate = Buffer.from(String(data?.["tls.crt"] ?? ""), "base64");
    return { kind: "there", serial: readFacts({ certificate, key: null }).certificates[0]?.serial ?? "" };
  }
  return { kind: "absent" };
}
