import type { Step } from "../model/mod.ts";
import { withTrust } from "./_edit_tls.ts";
import { field } from "./_encode.ts";
import { type Parts, rewrite, rewriteField } from "./_rewrite.ts";
import type { Span } from "./_span.ts";
import { throwawayCertificate, type Throwaways } from "./throwaways.ts";

type SecretStep = Extract<Step, { readonly secret: number }>;

/**
 * Applies the step of one secret.
 *
 * @returns the new value; `null` where the secret is dropped.
 */
export function editSecret(span: Span, step: SecretStep, throwaways: Throwaways): Parts | null {
  if (step.kind === "drop_secret" || step.kind === "deliver_secret") return null;
  if (step.kind === "filter_secret") return rewriteField(span, 4, (value) => withTrust(value, step.bundle));
  if (step.as === "trust") return rewriteField(span, 4, (value) => withTrust(value, throwaways.trust));
  const rest = rewrite(span, (walk) => walk.field >= 2 && walk.field <= 5 ? null : undefined);
  return [...rest, field(2, throwawayCertificate(throwaways))];
}
