import { canonicalPair, explainProblem, readFacts, splitChain } from "../pki/mod.ts";
import { failure } from "./failure.ts";
import type { IssueRequest, IssueResult } from "./issuer.ts";
import { uncoveredNames } from "./uncovered_names.ts";

/** A chain of the web has three or four certificates; what is far above that is no chain. */
const MOST_CERTIFICATES = 20;

/**
 * Takes what an issuer gave for a request, whatever it is: it has to be a chain that Envoy would load with the key of the
 * request, and cover every DNS name and address that was asked for. Dates are not looked at.
 *
 * What comes back is plain: PEM blocks of one kind and nothing between them, the host's own certificate first, no root at
 * the end. The root, or else the last certificate, is for `ca.crt`.
 *
 * @param answer PEM.
 * @returns The chain, or a failure of kind `badAnswer`. Never throws.
 */
export async function takeAnswer(
  answer: Uint8Array,
  { intent, key }: Pick<IssueRequest, "intent" | "key">,
): Promise<IssueResult> {
  const bad = (why: string) => failure("badAnswer", `Cannot use the answer: ${why}`);
  const { certificate } = canonicalPair({ certificate: answer, key }, { leafFirst: true });
  const { problem, certificates } = readFacts({ certificate, key });
  if (problem !== null) return bad(explainProblem(problem));
  if (certificates.length > MOST_CERTIFICATES) {
    return bad(`there are ${certificates.length} certificates in it`);
  }
  const missing = uncoveredNames(certificates[0].names, intent);
  if (missing.length > 0) return bad(`the certificate is not for ${list(missing)}`);
  const split = await splitChain(certificate!);
  return split === null ? bad("it is no chain") : { ok: true, ...split };
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `"${name}"`).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
