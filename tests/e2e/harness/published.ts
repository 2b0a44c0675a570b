import { X509Certificate } from "node:crypto";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "./resources.ts";

/** What stands in the directory that Envoy Gateway reads. */
export interface Published {
  /** Every object, in the order of the file. */
  readonly objects: readonly KubernetesObject[];
  /** Serial number (lower-case hex, no leading zeros) of each Secret's certificate, by the Secret's name. */
  readonly serials: ReadonlyMap<string, string>;
  /** Hostnames of all listeners. */
  readonly hostnames: ReadonlySet<string>;
}

/**
 * Reads the file that certgate publishes, as strictly as it can be read.
 *
 * @throws {Error} if there is none, if it is not whole, or if a Secret in it is not.
 */
export async function readPublished(directory: string): Promise<Published> {
  const text = await Deno.readTextFile(`${directory}/certgate.yaml`);
  if (latest?.text !== text) latest = { text, published: parsePublished(text) };
  return latest.published;
}

/** What was read before: who waits for a change looks many times at the same text. */
let latest: { readonly text: string; readonly published: Published } | undefined;

function parsePublished(text: string): Published {
  if (!text.endsWith("\n")) throw new Error("The file has no end");
  const documents = parseAllDocuments(text, { version: "1.1" });
  if (!Array.isArray(documents)) throw new Error("The file is empty");
  const objects = documents.map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as PublishedObject;
  });
  const serials = new Map<string, string>();
  for (const { kind, metadata, data } of objects) {
    if (kind !== "Secret" || data?.["tls.crt"] === undefined) continue;
    const { serialNumber } = new X509Certificate(atob(data["tls.crt"]));
    serials.set(metadata.name, serialNumber.toLowerCase().replace(/^0+(?=.)/, ""));
  }
  const listeners = objects.flatMap(({ kind, spec }) => kind === "Gateway" ? spec?.listeners ?? [] : []);
  return {
    objects: objects as unknown as KubernetesObject[],
    serials,
    hostnames: new Set(listeners.flatMap(({ hostname }) => hostname ?? "*")),
  };
}

interface PublishedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly listeners?: readonly { readonly hostname?: string }[] };
}
