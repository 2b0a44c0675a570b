import type { CertificateFacts } from "../model/mod.ts";
import { PAIR_FOLDERS, type RotationPlan, type RotationResult, type TreeReading } from "../rotation/mod.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";
import { type Format, renderData } from "./render_data.ts";

/** What a run has done, and what is in place now. Dates are RFC 3339 in UTC. */
export function renderResult(result: RotationResult, tree: TreeReading, format: Format): string {
  const { outcome, message, hint, warnings } = result;
  if (format !== "table") {
    const leaves = Object.fromEntries(
      Object.entries(tree.leaves).map(([folder, leaf]) => [folder, certificateData(leaf)]),
    );
    const authority = tree.authority === null ? null : certificateData(tree.authority);
    const trust = tree.trust.map(certificateData);
    return renderData(
      { outcome, message, hint, warnings, state: tree.state, authority, trust, leaves },
      format,
    );
  }
  const signer = tree.authority?.fingerprint;
  const rows = [
    ...PAIR_FOLDERS.flatMap((folder) => {
      const leaf = tree.leaves[folder];
      return leaf === undefined ? [] : [["leaf", folder, day(leaf.notAfter), shortly(leaf)]];
    }),
    ...tree.trust.map((member) => {
      const role = member.fingerprint === signer ? "signed the leaves" : "trusted as well";
      return ["authority", role, day(member.notAfter), shortly(member)];
    }),
  ];
  const table = plainTable(["KIND", "WHICH", "VALID UNTIL", "SHA-256"], rows);
  return `${printable(message)}\n${hint ? `${printable(hint)}\n` : ""}\n${table}`;
}

/** What a run would do. */
export function renderPlan({ decision, steps, carriedOver }: RotationPlan, format: Format): string {
  const carried = carriedOver === null ? null : certificateData(carriedOver);
  if (format !== "table") {
    const refused = decision.kind === "refuse" ? { why: decision.why, hint: decision.hint } : null;
    return renderData({ decision: decision.kind, refused, steps, carriedOver: carried }, format);
  }
  if (decision.kind === "refuse") return "";
  if (steps.length === 0) return "Nothing would be changed: the certificates are already present\n";
  const numbered = steps.map((step, index) => `${index + 1}. ${step}\n`).join("");
  const trusted = carriedOver === null
    ? ""
    : `Trusted besides the new authority: ${shortly(carriedOver)}, until ${day(carriedOver.notAfter)}\n`;
  return `Nothing was changed. This would be done:\n${numbered}${trusted}`;
}

/** One certificate for other programs. */
export function certificateData(facts: CertificateFacts) {
  return {
    subject: facts.subject,
    names: facts.names,
    serial: facts.serial,
    notBefore: rfc3339(facts.notBefore),
    notAfter: rfc3339(facts.notAfter),
    isCa: facts.isCa,
    fingerprint: facts.fingerprint,
  };
}

/** Enough of a fingerprint to tell certificates apart by eye. */
export function shortly({ fingerprint }: CertificateFacts): string {
  return fingerprint.slice(0, 23);
}

/** A date and a time for people, in UTC. */
export function day(moment: number): string {
  return new Date(moment).toISOString().slice(0, 16).replace("T", " ");
}

function rfc3339(moment: number): string {
  return new Date(moment).toISOString().replace(".000Z", "Z");
}
