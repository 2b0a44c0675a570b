import type { GateStatus, SdsStatus } from "../model/mod.ts";
import type { Trouble } from "./_troubles.ts";
import { isPlainEnvoy } from "./digest_sds.ts";

/** Names that are said by name; of more the number is enough. */
const SHOWN = 3;

/** What is wrong with delivery straight to Envoy, what hinders most first; nothing where there is none. */
export function listSdsTroubles(sds: SdsStatus | null | undefined, gate: GateStatus | null): Trouble[] {
  if (sds === null || sds === undefined) return [];
  return [
    ...doorTroubles(sds),
    ...bundleTroubles(sds),
    ...nobodyTroubles(sds, gate),
    ...pendingTroubles(sds, gate),
    ...unknownTroubles(sds, gate),
  ];
}

function doorTroubles({ listen, message }: SdsStatus): Trouble[] {
  if (message === "") return [];
  return [{
    about: "sds",
    level: "failed",
    subject: listen || "sds.listen",
    message: `Envoys cannot ask for certificates: ${message}`,
    hint:
      "they go on with what they have; see that nobody else listens there, and that the directory is there",
  }];
}

function bundleTroubles({ bundles }: SdsStatus): Trouble[] {
  return bundles.filter(({ message }) => message !== "").map((
    { kind, namespace, name, file, members, message },
  ) => ({
    about: "bundle",
    level: members === 0 ? "failed" : "attention",
    subject: `${kind} ${namespace}/${name}, ${file}`,
    message: members === 0
      ? `Nobody is trusted by it, and every connection that needs it fails: ${message}`
      : message,
    hint:
      `see that the file is there and can be read; openssl x509 -in ${file} -noout -subject -dates shows its first certificate`,
  }));
}

function nobodyTroubles({ clients, names, message, listen }: SdsStatus, gate: GateStatus | null): Trouble[] {
  if (message !== "" || clients.length > 0 || names.length === 0) return [];
  const plain = gate !== null && isPlainEnvoy(gate);
  return [{
    about: "sds",
    level: plain ? "failed" : "attention",
    subject: listen,
    message: "No Envoy asks for certificates",
    hint: plain
      ? "see that Envoy runs with what certgate envoy-config prints, and that its user may connect (sds.group)"
      : "see that Envoy runs, and that its user may connect to the socket (sds.group)",
  }];
}

function pendingTroubles({ names, clients, listen }: SdsStatus, gate: GateStatus | null): Trouble[] {
  // With a plain Envoy each pair says so itself.
  const rows = new Set(gate !== null && isPlainEnvoy(gate) ? gate.pairs.map(keyOf) : []);
  const late = names.filter(({ name, subscribers, accepted }) => accepted < subscribers && !rows.has(name));
  if (late.length === 0 || clients.length === 0) return [];
  return [{
    about: "sds",
    level: "attention",
    subject: listen,
    message: `Not every Envoy has taken the newest of ${listed(late.map(({ name }) => name))}`,
    hint: "it takes moments; an Envoy that hangs never answers, see its log",
  }];
}

function unknownTroubles({ unknown, bundles, listen }: SdsStatus, gate: GateStatus | null): Trouble[] {
  const known = new Set([
    ...gate?.pairs.map(keyOf) ?? [],
    ...bundles.map((bundle) => `trust/${keyOf(bundle)}`),
  ]);
  // Several bundles of one policy are one name. One that is there and cannot be used says so itself.
  const parts = (name: string) =>
    name.startsWith("trust/") ? name.slice(6).split("+").map((part) => `trust/${part}`) : [name];
  const strange = unknown.filter((name) => parts(name).some((part) => !known.has(part)));
  if (strange.length === 0) return [];
  return [{
    about: "sds",
    level: "attention",
    subject: listen,
    message: `An Envoy asks for what nobody has: ${listed(strange)}`,
    hint:
      "a pair is asked for as namespace/name, a bundle as trust/namespace/name; certgate status --all lists the names there are",
  }];
}

const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
  `${namespace}/${name}`;

function listed(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return names.slice(0, SHOWN).map((name) => `"${name}"`).join(", ") + more;
}
