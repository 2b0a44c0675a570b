import { encodeBase64 } from "./_base64.ts";
import type { Point } from "./_curves.ts";
import { Der, SEQUENCE, SET, UTF8_STRING } from "./_der.ts";
import { findMarked } from "./_marked.ts";
import { isFailure, type PemBlock, PemReader } from "./_pem_reader.ts";
import { certificateOf, element, extension, keylessPoint, nameOf, raw, text } from "./_placeholder_parts.ts";
import { toPem } from "./to_pem.ts";

const SERIAL = text("certgate bundle-");
const ORGANISATION = "certgate placeholder bundle, nobody has its key";

/** basicConstraints, a CA; keyUsage keyCertSign. */
const EXTENSIONS: readonly Uint8Array[] = [
  extension(0x13, true, element(0x30, element(0x01, raw(0xff)))),
  extension(0x0f, true, element(0x03, raw(2, 0x04))),
];

let point: Point | null = null;

/**
 * Makes what Envoy Gateway is given in place of a CA bundle that Envoy asks certgate for: the certificate of an authority
 * that has no key, so that nobody is trusted should it ever be served.
 *
 * The same name gives the same bytes on every host and after every start. The name stands in the certificate, so that
 * {@linkcode readPlaceholderBundle} finds it however Envoy Gateway calls what it makes of the bundle.
 *
 * @param name Name of the bundle, `namespace/name`; any text but an empty one.
 * @returns PEM text.
 */
export function makePlaceholderBundle(name: string): Uint8Array {
  return toPem("CERTIFICATE", bundleDer(name));
}

function bundleDer(name: string): Uint8Array {
  point ??= keylessPoint("certgate placeholder bundle");
  return certificateOf({
    serial: SERIAL,
    name: nameOf(ORGANISATION, name),
    publicKey: point,
    extensions: EXTENSIONS,
  });
}

/** A bundle as Envoy Gateway has put it together. */
export interface PlaceholderBundle {
  /** Names of the placeholders in it, each once, in the order of the bundle. */
  readonly names: readonly string[];
  /** Whether there is nothing else in it. */
  readonly pure: boolean;
  /**
   * Puts real bundles in place of the placeholders and leaves every other byte.
   *
   * @param bundleOf The real one of a name, PEM text; `null` if there is none.
   * @returns `null` if one of them is not there.
   */
  splice(bundleOf: (name: string) => Uint8Array | null): Uint8Array | null;
}

/** Bytes 9 to 26 of the certificate in base64, as in every one of them; see `isPlaceholder`. */
const MARK = text(encodeBase64(Uint8Array.of(3, 2, 1, 2, 2, 16, ...SERIAL.subarray(0, 12))));
const MARK_AT = 12;

/**
 * Finds the placeholders of bundles in a PEM text.
 *
 * One is recognised when making it again from the name that it carries gives the very same bytes: no certificate of
 * anybody else has that key and that signature.
 *
 * @param bundle A trusted CA. Never throws.
 * @returns `null` if there is none in it.
 */
export function readPlaceholderBundle(bundle: Uint8Array): PlaceholderBundle | null {
  if (findMarked(bundle, MARK, MARK_AT) < 0) return null;
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const found: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  let pure = true;
  const reader = new PemReader(bundle);
  let block = reader.next();
  for (; !isFailure(block); block = reader.next()) {
    const name = nameIn(block);
    if (name === null) pure = false;
    else found.push({ name, from: block.from, to: block.to });
  }
  if (found.length === 0) return null;
  return {
    names: [...new Set(found.map(({ name }) => name))],
    pure: pure && block.failure === "none",
    splice(bundleOf) {
      const parts: Uint8Array[] = [];
      let from = 0;
      for (const one of found) {
        const real = bundleOf(one.name);
        if (real === null) return null;
        // A bundle may lack the line end behind its last line.
        parts.push(bytes.subarray(from, one.from), real, real.at(-1) === 10 ? raw() : raw(10));
        from = one.to;
      }
      return Uint8Array.from(Buffer.concat([...parts, bytes.subarray(from)]));
    },
  };
}

/** The name that a placeholder carries; `null` for everything else. */
function nameIn({ label, der }: PemBlock): string | null {
  if (label !== "CERTIFICATE") return null;
  const outer = new Der(der);
  if (!outer.take(SEQUENCE)) return null;
  const certificate = outer.inside();
  if (!certificate.take(SEQUENCE)) return null;
  const body = certificate.inside();
  // Version, serial number, algorithm; then the issuer.
  for (let field = 0; field < 3; field++) if (!body.any()) return null;
  if (!body.take(SEQUENCE)) return null;
  const issuer = body.inside();
  if (!issuer.take(SET) || !issuer.take(SET)) return null;
  const attribute = issuer.inside();
  if (!attribute.take(SEQUENCE)) return null;
  const pair = attribute.inside();
  if (!pair.any() || !pair.take(UTF8_STRING)) return null;
  const name = new TextDecoder().decode(pair.contents());
  return Buffer.compare(bundleDer(name), der) === 0 ? name : null;
}
