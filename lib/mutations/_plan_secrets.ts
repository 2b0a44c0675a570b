import { verdictOf } from "../health/mod.ts";
import type { Blame, Finding, Step } from "../model/mod.ts";
import type { HiddenReferences } from "./_hidden_references.ts";
import { isRefused } from "./_judgement.ts";
import type { Upstream } from "./_references.ts";
import type { SecretEntry, SecretTable } from "./_secret_table.ts";

/** What the plan of the secrets is made of. */
export interface SecretContext {
  readonly secrets: SecretTable;
  /** Names that chains which stay refer to; asked for only where a secret is bad. */
  readonly downstream: () => ReadonlySet<string>;
  readonly upstream: ReadonlyMap<string, Upstream>;
  /** What may refer to a name out of sight; asked for only where a secret is bad. */
  readonly hidden: () => HiddenReferences;
  /** Hostnames of the dropped chains, by the name of the secret that they were dropped for. */
  readonly hostnames: ReadonlyMap<string, readonly string[]>;
  /** Names that are still asked of the snapshot's own server; asked for only where a secret is delivered. */
  readonly kept: () => ReadonlySet<string>;
}

/**
 * - A good secret stays, needed or not. So does one that cannot be judged.
 * - A bad entry goes if nothing refers to its name any more, or if a good entry of the same name stays behind.
 * - Else, of several bad entries of a name only the last stays, which is the one that counts. If Envoy refuses it, a
 *   throwaway takes its place; if it is merely outside its dates it stays, since Envoy loads it and whoever still
 *   refers to it is not a hostname.
 * - Where references may be out of sight (a list is missing, something does not read, a transport socket of a type
 *   that certgate does not know has the name in it) a bad secret counts as still referred to.
 * - What Envoy asks certgate's own server for is not in the answer: it is a placeholder. Where a reference stays that
 *   cannot be changed, or may be out of sight, a throwaway takes its place.
 * - A bundle that loads goes out without the members that are better left out.
 * - A name that a cluster asks for and nobody gives gets a throwaway: a cluster that waits for ever for a secret keeps
 *   Envoy from starting, with everything on it.
 */
export function planSecrets(context: SecretContext): { steps: Step[]; findings: Finding[] } {
  const { secrets, upstream } = context;
  const steps: Step[] = [];
  const findings: Finding[] = [];
  for (const entry of secrets.entries) {
    const step = planSecret(entry, context);
    if (step !== null) steps.push(step);
  }
  for (const [name, count] of secrets.repeated()) findings.push({ kind: "duplicate_secret", name, count });
  if (secrets.entries.length === 0) return { steps, findings };
  for (const [name, { certificate, cluster }] of upstream) {
    if (secrets.named(name).length > 0) continue;
    findings.push({ kind: "unresolved_reference", name, usedBy: `cluster "${cluster}"` });
    steps.push({ kind: "add_secret", name, as: certificate === null ? "trust" : "pair" });
  }
  return { steps, findings };
}

function planSecret(entry: SecretEntry, context: SecretContext): Step | null {
  const { view, verdict, filtered } = entry;
  const at = { secret: view.index, name: view.name };
  if (entry.filled) return { kind: "fill_secret", ...at };
  if (entry.asked !== undefined) return planDelivered(entry, context);
  if (filtered !== null) return { kind: "filter_secret", ...at, bundle: filtered };
  if (verdict.action !== "withhold") return null;
  const hostnames = context.hostnames.get(view.name) ?? [];
  const blame: readonly Blame[] = [{ hostnames, secret: view.name, verdict }];
  if (!isNeeded(view.name, context)) return { kind: "drop_secret", ...at, blame };
  if (context.secrets.named(view.name).at(-1)!.view !== view) return { kind: "drop_secret", ...at, blame };
  const as = view.kind === "validation" ? "trust" : "pair";
  return isRefused(verdict) ? { kind: "neutralise_secret", ...at, as, blame } : null;
}

const OUT_OF_REACH = "a reference to the placeholder is where certgate cannot change it";

function planDelivered(entry: SecretEntry, { secrets, kept, hidden }: SecretContext): Step {
  const { index: secret, name, kind } = entry.view;
  const all = secrets.named(name);
  const replaced = all.some(({ asked, verdict }) => asked === undefined && verdict.action !== "withhold");
  const last = all.findLast(({ asked }) => asked !== undefined);
  if (replaced || last !== entry || !(kept().has(name) || hidden().mayHold(name))) {
    return { kind: "deliver_secret", secret, name };
  }
  const as = kind === "validation" ? "trust" : "pair";
  const verdict = verdictOf("withhold", as === "pair" ? "pair_missing" : "trust_unreadable", OUT_OF_REACH);
  return { kind: "neutralise_secret", secret, name, as, blame: [{ hostnames: [], secret: name, verdict }] };
}

function isNeeded(name: string, { secrets, downstream, upstream, hidden }: SecretContext): boolean {
  if (secrets.named(name).some(({ verdict }) => verdict.action !== "withhold")) return false;
  return upstream.has(name) || downstream().has(name) || hidden().mayHold(name);
}
