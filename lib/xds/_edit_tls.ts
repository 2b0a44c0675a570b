import { field } from "./_encode.ts";
import { type Parts, rewrite, rewriteField } from "./_rewrite.ts";
import { type Span, valueOf } from "./_span.ts";
import { throwawayCertificate, type Throwaways, trustedCa } from "./throwaways.ts";

/** What changes in one TLS context. */
export interface TlsEdit {
  /** Indices of SDS references that go. */
  readonly references: ReadonlySet<number>;
  /** By index, what happens to an inline certificate. */
  readonly certificates: ReadonlyMap<number, "drop" | "neutralise">;
  /** PEM text that the inline trusted CA becomes; `null` if it stays. */
  readonly trust: Uint8Array | null;
}

/** Applies an edit to a serialized `DownstreamTlsContext` or `UpstreamTlsContext`. */
export function editTls(context: Span, edit: TlsEdit, throwaways: Throwaways): Parts {
  return rewriteField(context, 1, (common) => {
    let reference = 0;
    let certificate = 0;
    return rewrite(common, (walk) => {
      if (walk.wire !== 2) return undefined;
      if (walk.field === 6) return edit.references.has(reference++) ? null : undefined;
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
  });
}

/** @returns a validation context with another trusted CA; what else it checks stays. */
export function withTrust(validation: Span, bundle: Uint8Array): Parts {
  const rest = rewrite(validation, (walk) => walk.field === 1 ? null : undefined);
  return [trustedCa(bundle), ...rest];
}
