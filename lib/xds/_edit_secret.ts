import type { PairBytes, Step } from "../model/mod.ts";
import { pairMaterial } from "./pair_material.ts";
import { withTrust } from "./_edit_tls.ts";
import { field } from "./_encode.ts";
import { type Parts, rewrite, rewriteField } from "./_rewrite.ts";
import type { Span } from "./_span.ts";
import { throwawayCertificate, type Throwaways } from "./throwaways.ts";

type SecretStep = Extract<Step, { readonly secret: number }>;

/** What stands in where a step says so. */
export interface Fillings {
  readonly throwaways: Throwaways;
  /** See `ApplyOptions`. */
  readonly pairOf?: (name: string) => PairBytes | null;
}

/**
 * Applies the step of one secret.
 *
 * @returns the new value; `null` where the secret is dropped.
 */
export function editSecret(span: Span, step: SecretStep, { throwaways, pairOf }: Fillings): Parts | null {
  if (step.kind === "drop_secret" || step.kind === "deliver_secret") return null;
  if (step.kind === "filter_secret") return rewriteField(span, 4, (value) => withTrust(value, step.bundle));
  if (step.kind === "fill_secret") {
    const pair = pairOf?.(step.name) ?? null;
    const value = pair === null ? throwawayCertificate(throwaways) : pairMaterial({ ...pair }).identity;
    return [...withoutValue(span), field(2, value)];
  }
  if (step.as === "trust") return rewriteField(span, 4, (value) => withTrust(value, throwaways.trust));
  return [...withoutValue(span), field(2, throwawayCertificate(throwaways))];
}

function withoutValue(span: Span): Parts {
  return rewrite(span, (walk) => walk.field >= 2 && walk.field <= 5 ? null : undefined);
}
