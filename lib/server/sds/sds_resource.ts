import { createHash } from "node:crypto";
import { encodeSecret, type SecretContent } from "../../xds/mod.ts";

/** What is served under a name. */
export interface SdsResource {
  readonly name: string;
  /** Digest of the content: the same after a restart, another for every change. */
  readonly version: string;
  /** The secret inside of a serialized `google.protobuf.Any`. It may hold a key: not enumerable, so that nobody prints it. */
  readonly bytes: Uint8Array;
  readonly kind: "pair" | "validation";
}

/** Makes what is served under a name, once for each content. */
export function makeSdsResource(name: string, content: SecretContent): SdsResource {
  const bytes = encodeSecret(name, content);
  // 128 bits: nobody meets the same twice.
  const version = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  const kind = content.kind === "pair" ? "pair" : "validation";
  return Object.defineProperty({ name, version, kind } as const, "bytes", { value: bytes }) as never;
}
