import { askSds } from "./_ask_sds.ts";
import { field, textField } from "./_encode.ts";
import { fieldOf, type Parts, rewrite, rewriteField } from "./_rewrite.ts";
import { type Span, spanOf, valueOf } from "./_span.ts";
import { throwawayCertificate, type Throwaways, trustedCa } from "./throwaways.ts";

/** What changes in one TLS context. */
export interface TlsEdit {
  /** Indices of SDS references that go. */
  readonly references: ReadonlySet<number>;
  /** By index, what happens to an inline certificate. */
  readonly certificates: ReadonlyMap<number, "drop" | "neutralise">;
  /** PEM text that the inline trusted CA becomes; `null` if it stays. */
  readonly trust: Uint8Array | null;
  /** By index of an SDS reference, the name that certgate's own server is asked for in its place. */
  readonly asks?: ReadonlyMap<number, string>;
  /** The same for the CA. */
  readonly asksTrust?: string | null;
  /** Protocols to choose from; left out where they stay. */
  readonly alpn?: readonly string[] | null;
}

/** Applies an edit to a serialized `DownstreamTlsContext` or `UpstreamTlsContext`. */
export function editTls(context: Span, edit: TlsEdit, throwaways: Throwaways): Parts {
  return rewriteField(context, 1, (common) => {
    const now = editCommon(common, edit, throwaways);
    return edit.asksTrust == null ? now : askTrust(spanOf(now), edit.asksTrust);
  });
}

function editCommon(common: Span, edit: TlsEdit, throwaways: Throwaways): Parts {
  let reference = 0;
  let certificate = 0;
  let protocols = 0;
  return rewrite(common, (walk) => {
    if (walk.wire !== 2) return undefined;
    if (walk.field === 6) return editReference(reference++, edit);
    if (walk.field === 4 && edit.alpn) {
      // All of them stand where the first one stood.
      return protocols++ > 0 ? null : edit.alpn.map((one) => textField(4, one));
    }
    if (walk.field === 2) {
      const change = edit.certificates.get(certificate++);
      if (change === undefined) return undefined;
      return change === "drop" ? null : [field(2, throwawayCertificate(throwaways))];
    }
    if (edit.trust === null) return undefined;
    const value = valueOf(walk);
    if (walk.field === 3) return [field(3, ...withTrust(value, edit.trust))];
    // default_validation_context of the combined one; every occurrence is changed, so the merged value is too.
    if (walk.field !== 8) return undefined;
    const inner = rewriteField(value, 1, (inline) => withTrust(inline, edit.trust!));
    return [field(8, ...inner)];
  });
}

function editReference(index: number, { references, asks }: TlsEdit): Parts | null | undefined {
  if (references.has(index)) return null;
  const name = asks?.get(index);
  return name === undefined ? undefined : fieldOf(6, askSds(name));
}

/** The CA is asked for by itself (7), or in a combined validation context (8), of which the rest stays. */
function askTrust(common: Span, name: string): Parts {
  const alone = rewriteField(common, 7, () => askSds(name));
  return rewriteField(spanOf(alone), 8, (combined) => rewriteField(combined, 2, () => askSds(name)));
}

/** @returns a validation context with another trusted CA; what else it checks stays. */
export function withTrust(validation: Span, bundle: Uint8Array): Parts {
  const rest = rewrite(validation, (walk) => walk.field === 1 ? null : undefined);
  return [trustedCa(bundle), ...rest];
}
